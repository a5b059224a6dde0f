"""AWS resources, one AWS noun a file. Of etcd they know only its ports."""
