"""AWS resources, one AWS noun a file. Of etcd only the ports are known here."""
