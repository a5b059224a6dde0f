"""etcd: one etcd noun a file. Imports nothing of AWS."""
