"""Files that run on machines: a library, the steps that commands run, programs and the unit of etcd."""
