"""The seam between the EC2 API (`sandbox.ec2`), with EC2's rules, and the machines (`sandbox.region`), with Linux.

Each of the two imports this package and never the other. `machines.Machines` is what the API calls; `firewall.Firewall`
is what it passes on of the security groups. `sandbox.region.daemon` puts the two together.
"""
