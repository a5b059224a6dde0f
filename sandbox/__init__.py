"""An AWS region that fits in a folder: an EC2 API with real Linux machines behind it."""
