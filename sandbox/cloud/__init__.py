"""The EC2 API of the sandbox: what it accepts, what it refuses, and what its machines are told to do."""
