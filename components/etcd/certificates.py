"""The cluster's certificates: its own CA, and the server, peer and client certificates that it signs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_tls as tls

from components.etcd.config import PEER_COMMON_NAME
from components.topology import Member, Topology

LOOPBACK = "127.0.0.1"
# etcd dials itself and its peers with its server and peer certificates, so each of them is a client's as well.
USES = ("digital_signature", "server_auth", "client_auth")


@dataclass(frozen=True)
class KeyPair:
    """A certificate (PEM), its private key (PEM, secret), and when it expires (RFC 3339)."""

    certificate: pulumi.Output[str]
    private_key: pulumi.Output[str]
    expires: pulumi.Output[str]


@dataclass(frozen=True)
class MemberCertificates:
    """What one member shows to clients, and what it shows to peers."""

    server: KeyPair
    peer: KeyPair


@dataclass(frozen=True, kw_only=True)
class Lifetimes:
    """How long certificates live.

    Attributes:
        validity_days: of server, peer and client certificates.
        renewal_days: how long before its end an `up` renews a certificate; its key stays.
        ca_validity_days: of the CA; read only when a generation is made.
    """

    validity_days: int
    renewal_days: int
    ca_validity_days: int


@dataclass(frozen=True, kw_only=True)
class CertificatesArgs:
    """Inputs of the certificates.

    Attributes:
        topology: names and addresses that stand in the certificates.
        lifetimes: how long they live.
        generation: number of the CA. The CA is never replaced in place: a new one is a new generation.
    """

    topology: Topology
    lifetimes: Lifetimes
    generation: int = 1


class Certificates(pulumi.ComponentResource):
    """The cluster's CA, a server and a peer certificate for every member, and one client certificate for the admin."""

    ca_certificate: pulumi.Output[str]
    admin: KeyPair
    members: Mapping[str, MemberCertificates]

    def __init__(self, name: str, args: CertificatesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("etcd-aws:etcd:Certificates", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self._ca = self._authority()
        self.ca_certificate = self._ca.cert_pem
        self.admin = self._issue("admin", "admin", ("client_auth", "digital_signature"))
        self.members = {member.name: self._for_member(member) for member in args.topology}
        self.register_outputs({"ca_certificate": self.ca_certificate})

    def _authority(self) -> tls.SelfSignedCert:
        name = f"{self._name}-ca-g{self._args.generation}"
        self._ca_key = self._key(f"{name}-key")
        return tls.SelfSignedCert(
            name,
            private_key_pem=self._ca_key.private_key_pem,
            is_ca_certificate=True,
            set_subject_key_id=True,
            set_authority_key_id=True,
            subject={"common_name": f"{self._name} CA {self._args.generation}", "organization": "etcd"},
            validity_period_hours=self._args.lifetimes.ca_validity_days * 24,
            allowed_uses=["cert_signing", "crl_signing"],
            # A changed input would replace the CA and with it every certificate at once: the old and the new half of
            # the cluster would not trust each other.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["validityPeriodHours", "subject", "allowedUses"]),
        )

    def _for_member(self, member: Member) -> MemberCertificates:
        return MemberCertificates(
            server=self._issue(
                f"server-{member.name}", member.name, USES, (member.address, LOOPBACK), (member.name, "localhost")
            ),
            peer=self._issue(f"peer-{member.name}", PEER_COMMON_NAME, USES, (member.address,), (member.name,)),
        )

    def _issue(
        self,
        role: str,
        common_name: str,
        uses: Sequence[str],
        addresses: Sequence[str] = (),
        dns_names: Sequence[str] = (),
    ) -> KeyPair:
        key = self._key(f"{self._name}-{role}-key")
        request = tls.CertRequest(
            f"{self._name}-{role}-request",
            private_key_pem=key.private_key_pem,
            subject={"common_name": common_name, "organization": "etcd"},
            ip_addresses=list(addresses),
            dns_names=list(dns_names),
            opts=self._child,
        )
        certificate = tls.LocallySignedCert(
            f"{self._name}-{role}-certificate",
            ca_private_key_pem=self._ca_key.private_key_pem,
            ca_cert_pem=self._ca.cert_pem,
            cert_request_pem=request.cert_request_pem,
            validity_period_hours=self._args.lifetimes.validity_days * 24,
            early_renewal_hours=self._args.lifetimes.renewal_days * 24,
            set_subject_key_id=True,
            allowed_uses=list(uses),
            opts=self._child,
        )
        return KeyPair(
            certificate=certificate.cert_pem,
            private_key=pulumi.Output.secret(key.private_key_pem),
            expires=certificate.validity_end_time,
        )

    def _key(self, name: str) -> tls.PrivateKey:
        return tls.PrivateKey(name, algorithm="ECDSA", ecdsa_curve="P256", opts=self._child)
