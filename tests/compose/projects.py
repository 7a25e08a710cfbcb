"""Small projects, each with the verdict of Docker Compose 2.40."""

# The files of each, of which `a.yaml` is named; `!` stands in front of what Docker Compose refuses.
PROJECTS: dict[str, dict[str, str]] = {
    "a base of another file": {
        "a.yaml": "services:\n  s:\n    extends: {service: b, file: b.yaml}\n    gpus: [{count: 1}]\n",
        "b.yaml": "services:\n  b: {image: x, gpus: all, ports: ['80:80']}\n",
    },
    "a chain through folders": {
        "a.yaml": "services:\n  s:\n    extends: {service: b, file: sub/b.yaml}\n",
        "sub/b.yaml": "services:\n  b:\n    extends: {service: c, file: deep/c.yaml}\n    env_file: b.env\n",
        "sub/deep/c.yaml": "services:\n  c: {image: x, env_file: c.env}\n",
        "sub/b.env": "B=1\n",
        "sub/deep/c.env": "C=1\n",
    },
    "a base of a file with faults elsewhere": {
        "a.yaml": "services:\n  s:\n    extends: {service: b, file: b.yaml}\n",
        "b.yaml": "services:\n  b: {image: x}\n  c: {foo: 1}\nbar: 2\n",
    },
    "the same file as another one": {
        "a.yaml": "services:\n  s:\n    extends: {service: b, file: a.yaml}\n  b: {image: x}\n",
    },
    "!a fault in a base": {
        "a.yaml": "services:\n  s:\n    extends: {service: b, file: b.yaml}\n",
        "b.yaml": "services:\n  b: {image: x, foo: 1}\n",
    },
    "!a variable of a base's file": {
        "a.yaml": "services:\n  s:\n    extends: {service: b, file: b.yaml}\n",
        "b.yaml": "services:\n  b: {image: x}\n  c: {image: '${NAME:?}'}\n",
    },
    "!a base that needs another service": {
        "a.yaml": "services:\n  s:\n    extends: {service: b, file: b.yaml}\n",
        "b.yaml": "services:\n  b: {image: x, depends_on: [c]}\n  c: {image: x}\n",
    },
    "!no such base": {
        "a.yaml": "services:\n  s:\n    image: x\n    extends: {service: c, file: b.yaml}\n",
        "b.yaml": "services:\n  b: {image: x}\n",
    },
    "!a file without services": {
        "a.yaml": "services:\n  s:\n    image: x\n    extends: {service: c, file: b.yaml}\n",
        "b.yaml": "x-a: 1\n",
    },
    "!no such file": {"a.yaml": "services:\n  s:\n    image: x\n    extends: {service: c, file: b.yaml}\n"},
    "!a circle of bases": {
        "a.yaml": "services:\n  s:\n    extends: {service: b, file: b.yaml}\n",
        "b.yaml": "services:\n  b:\n    image: x\n    extends: {service: s, file: a.yaml}\n",
    },
    "!a circle in another file": {
        "a.yaml": "services:\n  s:\n    image: x\n    extends: {service: b, file: b.yaml}\n",
        "b.yaml": "services:\n  b: {extends: c}\n  c: {extends: b}\n",
    },
    "a circle that nobody comes by": {
        "a.yaml": "services:\n  s:\n    extends: {service: b, file: b.yaml}\n",
        "b.yaml": "services:\n  b: {image: x}\n  c: {extends: d}\n  d: {extends: c}\n",
    },
    "!a circle of services that are included": {
        "a.yaml": "include: [i.yaml]\nservices: {s: {image: x}}\n",
        "i.yaml": "services:\n  c: {image: x, extends: d}\n  d: {image: x, extends: c}\n",
    },
    "a base that is empty": {
        "a.yaml": "services:\n  s:\n    image: x\n    extends: {service: b, file: b.yaml}\n",
        "b.yaml": "services:\n  b:\n",
    },
    "a base with a reset of its own": {
        "a.yaml": "services:\n  s:\n    extends: {service: b, file: b.yaml}\n    ports: !override ['80:80']\n",
        "b.yaml": "services:\n  b: {image: x, gpus: !reset all, ports: ['81:81']}\n",
    },
    "!an item that the base has already": {
        "a.yaml": "services:\n  s:\n    extends: {service: b, file: b.yaml}\n    security_opt: [a]\n",
        "b.yaml": "services:\n  b: {image: x, security_opt: [a]}\n",
    },
    "!forms that do not go together": {
        "a.yaml": "services:\n  s:\n    extends: {service: b, file: b.yaml}\n    gpus: all\n",
        "b.yaml": "services:\n  b: {image: x, gpus: all}\n",
    },
    "an include": {
        "a.yaml": "include: [sub/i.yaml]\nservices:\n  s: {image: x, depends_on: [i], networks: [n]}\n",
        "sub/i.yaml": "services:\n  i: {image: 'x:${TAG:?}', env_file: i.env, networks: [n]}\nnetworks: {n: }\n",
        "sub/i.env": "I=1\n",
        "sub/.env": "TAG=1\n",
    },
    "an include of two files": {
        "a.yaml": "include:\n  - path: [i.yaml, sub/j.yaml]\n    env_file: v.env\nservices: {s: {image: x}}\n",
        "i.yaml": "services: {i: {image: 'x:${TAG:?}', gpus: all}}\n",
        "sub/j.yaml": "services: {i: {gpus: [{count: 1}], env_file: j.env}}\n",
        "v.env": "TAG=1\n",
        "j.env": "J=1\n",
    },
    "an include with a folder of its own": {
        "a.yaml": "include:\n  - {path: sub/i.yaml, project_directory: other}\nservices: {s: {image: x}}\n",
        "sub/i.yaml": "services: {i: {image: x, env_file: i.env}}\n",
        "other/i.env": "I=1\n",
    },
    "one file by two ways": {
        "a.yaml": "include: [b.yaml, c.yaml]\nservices: {s: {image: x}}\n",
        "b.yaml": "include: [d.yaml]\nservices: {b: {image: x}}\n",
        "c.yaml": "include: [d.yaml]\nservices: {c: {image: x}}\n",
        "d.yaml": "services: {d: {image: x, gpus: all}}\nvolumes: {v: }\n",
    },
    "an include of an empty file": {
        "a.yaml": "include: [i.yaml]\nservices: {s: {image: x}}\n",
        "i.yaml": "# nothing\n",
    },
    "!an include that is not there": {"a.yaml": "include: [i.yaml]\nservices: {s: {image: x}}\n"},
    "!an include with a fault": {
        "a.yaml": "include: [i.yaml]\nservices: {s: {image: x}}\n",
        "i.yaml": "services: {i: {image: x}}\nfoo: 1\n",
    },
    "!an include with a name that is taken": {
        "a.yaml": "include: [i.yaml]\nservices: {s: {image: x}}\n",
        "i.yaml": "services: {s: {image: y}}\n",
    },
    "an include with a service that is the same": {
        "a.yaml": "include: [i.yaml]\nservices: {s: {image: x, gpus: [{count: 1}], environment: [A=b]}}\n",
        "i.yaml": "services: {s: {image: x, gpus: [{count: 1}], environment: [A=b]}}\n",
    },
    "!an include with a service in the same short form": {
        "a.yaml": "include: [i.yaml]\nservices: {s: {image: x, ports: ['80:80']}}\n",
        "i.yaml": "services: {s: {image: x, ports: ['80:80']}}\n",
    },
    "!an include with the same place, relative to itself": {
        "a.yaml": "include: [i.yaml]\nservices: {s: {build: .}}\n",
        "i.yaml": "services: {s: {build: .}}\n",
    },
    "!a circle of includes": {
        "a.yaml": "include: [i.yaml]\nservices: {s: {image: x}}\n",
        "i.yaml": "include: [a.yaml]\nservices: {i: {image: x}}\n",
    },
    "!a base that is included": {
        "a.yaml": "include: [i.yaml]\nservices: {s: {extends: i}}\n",
        "i.yaml": "services: {i: {image: x}}\n",
    },
    "!an include that needs values": {
        "a.yaml": "include: [{path: i.yaml, env_file: v.env}]\nservices: {s: {image: x}}\n",
        "i.yaml": "services: {i: {image: x}}\n",
    },
    "documents of one file": {"a.yaml": "services: {s: {image: x, gpus: all}}\n---\nservices: {s: {gpus: !reset }}\n"},
    "!a fault in a later document": {"a.yaml": "services: {s: {image: x}}\n---\nfoo: 1\n"},
    "!a later document that is a list": {"a.yaml": "services: {s: {image: x}}\n---\n- a\n"},
}
