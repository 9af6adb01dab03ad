"""The hub's own certificate authority, and the certificate that it gives the hub (RFC 5280).

Keys are on P-256, which a panel checks in a fraction of the time that RSA takes it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_LIFE = timedelta(days=25 * 365)
"""As long as a panel may hang on a wall: nobody has to visit it for this."""

LEAF_LIFE = timedelta(days=90)

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
"""When each is valid from: a board whose clock was never set says 1970 or 2000, and has to get in to be told."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey = field(compare=False, repr=False)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def fingerprint(self) -> str:
        """The first 16 hexadecimal digits of the certificate's SHA-256."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()[:16]

    def pem(self) -> bytes:
        """The key and the certificate, one after the other."""
        key = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return key + self.certificate.public_bytes(serialization.Encoding.PEM)


def read_pair(pem: bytes) -> Pair:
    """What `Pair.pem` wrote. Raises ValueError where it is not that."""
    key = serialization.load_pem_private_key(pem, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("the key is not on an elliptic curve")
    return Pair(x509.load_pem_x509_certificate(pem), key)


def new_authority(now: datetime) -> Pair:
    """A new CA. Its name is its own: clients look a signer up by name."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"Circle Time CA {secrets.token_hex(4)}")
    made = (
        _begun(name, key, now + AUTHORITY_LIFE)
        .issuer_name(name)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
    )
    return Pair(made.sign(key, hashes.SHA256()), key)


def new_leaf(authority: Pair, names: tuple[str, ...], now: datetime, since: datetime = ALWAYS) -> Pair:
    """The hub's certificate, good for those host names and addresses until LEAF_LIFE from now."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = (
        _begun(_name("Circle Time hub"), key, now + LEAF_LIFE, since)
        .issuer_name(authority.certificate.subject)
        .add_extension(x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    return Pair(made.sign(authority.key, hashes.SHA256()), key)


def names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """The host names and addresses that it is good for."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(str(one.value) for one in found)


def is_from(leaf: Pair, authority: Pair) -> bool:
    try:
        leaf.certificate.verify_directly_issued_by(authority.certificate)
    except Exception:  # noqa: BLE001  it says so in three ways, one of them InvalidSignature, without a base
        return False
    return True


def _begun(
    name: x509.Name, key: ec.EllipticCurvePrivateKey, until: datetime, since: datetime = ALWAYS
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
    )


def _name(words: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
