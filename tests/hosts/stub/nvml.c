/* A stand-in for libnvidia-ml.so.1 with two GPUs, so that the real binding can be driven without a driver.
 *
 * GPU 0: an A100 with MIG on and three instances at places 0, 1 and 3, a compute process and one that also draws.
 * GPU 1: a GeForce that supports neither MIG nor compute modes, has minor number 3, and hides its processes.
 * STUB_INIT=code fails nvmlInit; STUB_COUNT=n changes the number of GPUs; STUB_LOST=1 makes GPU 1 fail to open;
 * STUB_LOG=file records starts and ends. With -DOLD_DRIVER the calls of newer drivers are missing.
 * Return codes: 0 success, 2 invalid argument, 3 not supported, 4 no permission, 6 not found, 7 insufficient size, 15 lost.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct { int gpu, mig; } Device;
typedef struct { unsigned long long total, free, used; } Memory;
typedef struct { unsigned version; unsigned long long total, reserved, free, used; } MemoryV2;
typedef struct { char legacy[16]; unsigned domain, bus, device, device_id, subsystem_id; char bus_id[32]; } Pci;
typedef struct { unsigned pid; unsigned long long used; unsigned gpu_instance, compute_instance; } Process;

static Device gpus[] = {{0, -1}, {1, -1}};
static Device instances[] = {{0, 0}, {0, 1}, {0, 2}, {0, 3}};
static const unsigned long long MIB = 1024 * 1024;

static void record(const char *event) {
    const char *path = getenv("STUB_LOG");
    FILE *log = path ? fopen(path, "a") : NULL;
    if (log) { fprintf(log, "%s\n", event); fclose(log); }
}
static int setting(const char *name, int otherwise) {
    const char *value = getenv(name);
    return value ? atoi(value) : otherwise;
}
static int put(char *buffer, unsigned size, const char *text) {
    snprintf(buffer, size, "%s", text);
    return 0;
}

int nvmlInitWithFlags(unsigned flags) {
    (void)flags;
    int code = setting("STUB_INIT", 0);
    if (!code) record("start");
    return code;
}
int nvmlShutdown(void) { record("end"); return 0; }
const char *nvmlErrorString(int code) { return code == 15 ? "GPU is lost" : "stub error"; }
int nvmlSystemGetDriverVersion(char *buffer, unsigned size) { return put(buffer, size, "570.86.15"); }
int nvmlSystemGetNVMLVersion(char *buffer, unsigned size) { return put(buffer, size, "12.570.86.15"); }
int nvmlSystemGetCudaDriverVersion_v2(int *version) { *version = 12080; return 0; }
int nvmlDeviceGetCount_v2(unsigned *count) { *count = setting("STUB_COUNT", 2); return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned index, Device **device) {
    if (index > 1) return 2;
    if (index == 1 && setting("STUB_LOST", 0)) return 15;
    *device = &gpus[index];
    return 0;
}
int nvmlDeviceGetName(Device *device, char *buffer, unsigned size) {
    if (device->gpu == 1) return put(buffer, size, "NVIDIA GeForce RTX 4090");
    if (device->mig < 0) return put(buffer, size, "NVIDIA A100-SXM4-80GB");
    return put(buffer, size, device->mig ? "NVIDIA A100-SXM4-80GB MIG 1g.10gb" : "NVIDIA A100-SXM4-80GB MIG 3g.40gb");
}
int nvmlDeviceGetUUID(Device *device, char *buffer, unsigned size) {
    if (device->mig < 0)
        snprintf(buffer, size, "GPU-%d0000000-1111-4222-8333-444444444444", device->gpu + 1);
    else
        snprintf(buffer, size, "MIG-%d0000000-5555-5666-8777-888888888888", device->mig + 1);
    return 0;
}
int nvmlDeviceGetMemoryInfo(Device *device, Memory *memory) {
    memory->total = (device->gpu ? 24564 : 81920) * MIB;
    memory->used = 1000 * MIB;
    if (device->mig >= 0) memory->total = (device->mig ? 9856 : 40448) * MIB;
    memory->free = memory->total - memory->used;
    return 0;
}
int nvmlDeviceGetCudaComputeCapability(Device *device, int *major, int *minor) {
    *major = 8;
    *minor = device->gpu ? 9 : 0;
    return 0;
}
int nvmlDeviceGetPciInfo_v3(Device *device, Pci *pci) {
    memset(pci, 0, sizeof *pci);
    return put(pci->bus_id, sizeof pci->bus_id, device->gpu ? "00000000:41:00.0" : "00000000:01:00.0");
}
int nvmlDeviceGetMinorNumber(Device *device, unsigned *minor) { *minor = device->gpu ? 3 : 0; return 0; }
int nvmlDeviceGetComputeMode(Device *device, unsigned *mode) {
    if (device->gpu) return 3;
    *mode = 3;
    return 0;
}
int nvmlDeviceGetComputeRunningProcesses_v3(Device *device, unsigned *count, Process *processes) {
    if (device->gpu) return 4;
    if (*count < 2) { *count = 2; return 7; }
    *count = 2;
    processes[0] = (Process){4242, 1024 * MIB, 1, 0};
    processes[1] = (Process){17, ~0ULL, 1, 0};
    return 0;
}
int nvmlDeviceGetGraphicsRunningProcesses_v3(Device *device, unsigned *count, Process *processes) {
    if (device->gpu) return 4;
    if (*count < 1) { *count = 1; return 7; }
    *count = 1;
    processes[0] = (Process){4242, 5 * MIB, 0, 0};
    return 0;
}
int nvmlSystemGetProcessName(unsigned pid, char *buffer, unsigned size) {
    return put(buffer, size, pid == 4242 ? "/opt/venv/bin/python" : "not UTF-8: \xff");
}
#ifndef OLD_DRIVER
int nvmlDeviceGetMemoryInfo_v2(Device *device, MemoryV2 *memory) {
    if (device->mig >= 0) return 3;
    memory->total = (device->gpu ? 24564 : 81920) * MIB;
    memory->reserved = 600 * MIB;
    memory->used = 400 * MIB;
    memory->free = memory->total - memory->reserved - memory->used;
    return 0;
}
int nvmlDeviceGetMigMode(Device *device, unsigned *current, unsigned *pending) {
    if (device->gpu) return 3;
    *current = *pending = 1;
    return 0;
}
int nvmlDeviceGetMaxMigDeviceCount(Device *device, unsigned *count) { *count = device->gpu ? 0 : 7; return 0; }
int nvmlDeviceGetMigDeviceHandleByIndex(Device *device, unsigned index, Device **instance) {
    if (device->gpu || index > 3 || index == 2) return 6;
    *instance = &instances[index];
    return 0;
}
int nvmlDeviceGetGpuInstanceId(Device *device, unsigned *id) { *id = device->mig + 7; return 0; }
int nvmlDeviceGetComputeInstanceId(Device *device, unsigned *id) { *id = 0; (void)device; return 0; }
#endif
