// Writes the package's schema and bridge metadata, which the plugin embeds.
package main

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfgen"

	"etcd-aws/sandbox/plugins/tls"
)

func main() { tfgen.Main("tls", tls.Provider([]byte("{}"))) }
