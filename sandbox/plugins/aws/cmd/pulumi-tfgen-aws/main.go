// Writes the package's schema and bridge metadata, which the plugin embeds.
package main

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfgen"

	"etcd-aws/sandbox/plugins/aws"
)

func main() { tfgen.MainWithMuxer("aws", aws.Provider([]byte("{}"))) }
