"""What is made in AWS. Knows nothing of etcd but its two ports."""
