// Package shim lies under the Terraform provider's own module path: only from there may its internal packages be imported.
package shim

import (
	"github.com/hashicorp/terraform-plugin-framework/provider"
	tls "github.com/hashicorp/terraform-provider-tls/internal/provider"
)

// New gives the Terraform provider.
func New() provider.Provider { return tls.New() }
