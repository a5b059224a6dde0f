"""Rules on the lifetimes of certificates and of their CA."""

from collections.abc import Iterator

from components.settings.errors import ConfigError, wrong_value
from components.settings.model import Settings
from components.settings.rules.cross_field import CrossFieldRules

rules = CrossFieldRules()


@rules.add
def renewal_is_early(settings: Settings) -> Iterator[ConfigError]:
    validity, early = settings.certificate_validity_days, settings.certificate_renewal_days
    if early >= validity:
        rule = f"less than etcd:certificateValidityDays, {validity}: otherwise every update renews"
        yield wrong_value("certificateRenewalDays", early, rule, max(1, validity // 3))


@rules.add
def ca_outlives_its_certificates(settings: Settings) -> Iterator[ConfigError]:
    leaf, ca = settings.certificate_validity_days, settings.ca_validity_days
    if ca <= leaf:
        rule = f"more than etcd:certificateValidityDays, {leaf}: a certificate is worth nothing after its CA's end"
        yield wrong_value("caValidityDays", ca, rule, min(36_500, 10 * leaf))
