"""A Pulumi resource provider that stands in for pulumi-resource-command v1.2.1; see the README beside this package."""
