//! What is asked of a path.

use crate::asn1::Oid;
use crate::certificate::{KeyUsage, Purpose};

/// What is asked of a path, as data: [`Profile::jpki`] for the certificates of the card, [`Profile::general`] for those
/// of other authorities. Another one is made from these: `Profile { max_intermediates: 2, ..Profile::general() }`; fields
/// may be added.
#[derive(Clone, Copy, Debug)]
pub struct Profile<'a> {
    /// What the leaf is used for, where it is a certificate of JPKI's kind.
    pub purpose: Option<Purpose>,
    /// keyUsage of the leaf.
    pub key_usage: KeyUsageRule,
    /// extKeyUsage of the leaf and, where they carry it, of the authorities below the anchor.
    pub extended_key_usage: ExtendedKeyUsageRule<'a>,
    /// certificatePolicies.
    pub policies: PolicyRule<'a>,
    /// What holds for policies before the first certificate is looked at.
    pub initial_policies: InitialPolicies,
    /// Whether the leaf may be an authority's certificate.
    pub leaf_may_be_authority: bool,
    /// Whether every certificate below the anchor must name its issuer's key, and every authority its own, as RFC 5280
    /// §4.2.1.1 and §4.2.1.2 ask of those who issue them.
    pub key_identifiers: bool,
    /// Whether name constraints, policy mappings, policy constraints and inhibitAnyPolicy are evaluated; else a path that
    /// carries one is refused.
    pub restrictions: bool,
    /// Whether those of them that RFC 5280 wants critical have to be: name constraints, policy constraints,
    /// inhibitAnyPolicy. RFC 3280 left that open for the last two.
    pub critical_restrictions: bool,
    /// The most authorities between leaf and anchor.
    pub max_intermediates: usize,
    /// The most certificates that may belong to a path by their names, the leaf among them. Hints with other names do not
    /// count.
    pub max_certificates: usize,
    /// The most signature checks. A legitimate path needs one for each of its certificates; without a bound, authorities
    /// that certify each other in circles cost any amount of work (RUSTSEC-2023-0053).
    pub max_signature_checks: usize,
}

/// What keyUsage of a leaf has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyUsageRule {
    /// Anything, or absent.
    Any,
    /// These bits and perhaps others; an absent extension restricts nothing (RFC 5280 §4.2.1.3).
    Allows(KeyUsage),
    /// Present, with these bits and no others.
    Exactly(KeyUsage),
}

/// What extKeyUsage of a leaf has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExtendedKeyUsageRule<'a> {
    /// Anything, or absent.
    Any,
    /// Absent.
    Absent,
    /// This purpose by its own identifier, where the extension is there: an absent extension restricts nothing
    /// (RFC 5280 §4.2.1.12). `anyExtendedKeyUsage` does not count in the leaf.
    Allows(Oid<'a>),
    /// This purpose by its own identifier.
    Requires(Oid<'a>),
}

/// What holds for policies before the first certificate is looked at (RFC 5280 §6.1.1 e to g); by default nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InitialPolicies {
    /// initial-explicit-policy: some policy has to hold for the path. [`PolicyRule::OneOf`] implies it.
    pub explicit: bool,
    /// initial-policy-mapping-inhibit: no authority may say that one policy stands for another.
    pub inhibit_mapping: bool,
    /// initial-any-policy-inhibit: `anyPolicy` stands for no other policy.
    pub inhibit_any: bool,
}

impl InitialPolicies {
    /// Nothing is asked beforehand.
    pub const NONE: Self = Self { explicit: false, inhibit_mapping: false, inhibit_any: false };
}

/// What certificatePolicies have to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolicyRule<'a> {
    /// Anything or absent, as far as the authorities of the path leave it so.
    Any,
    /// One of these has to hold for the path (RFC 5280 §6.1: user-initial-policy-set, with an explicit policy required).
    /// An empty list is fulfilled by nobody.
    OneOf(&'a [Oid<'a>]),
    /// The policy of this purpose in the leaf: that of production under a production anchor, that of test cards under an
    /// anchor of J-LIS's test cards, either under an anchor of the caller's.
    Jpki(Purpose),
}

/// clientAuth: 1.3.6.1.5.5.7.3.2.
const CLIENT_AUTH: Oid<'static> = Oid::known(&[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02]);

impl Profile<'static> {
    /// The certificates on the card (CARD.md §5): issued by an anchor and by nobody between; keyUsage exactly that of the
    /// purpose; the policy of the purpose; never an authority's.
    ///
    /// Signature: digitalSignature and nonRepudiation, no extKeyUsage. User authentication: digitalSignature, and
    /// clientAuth where extKeyUsage is there.
    #[must_use]
    pub const fn jpki(purpose: Purpose) -> Self {
        let (key_usage, extended_key_usage) = match purpose {
            Purpose::Signature => {
                (KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::NON_REPUDIATION), ExtendedKeyUsageRule::Absent)
            }
            Purpose::UserAuthentication => {
                (KeyUsage::DIGITAL_SIGNATURE, ExtendedKeyUsageRule::Allows(CLIENT_AUTH))
            }
        };
        Self {
            purpose: Some(purpose),
            key_usage: KeyUsageRule::Exactly(key_usage),
            extended_key_usage,
            policies: PolicyRule::Jpki(purpose),
            initial_policies: InitialPolicies::NONE,
            leaf_may_be_authority: false,
            key_identifiers: true,
            restrictions: false,
            critical_restrictions: true,
            max_intermediates: 0,
            max_certificates: 64,
            max_signature_checks: 100,
        }
    }

    /// Any path by RFC 5280 with up to ten authorities between leaf and anchor, for no particular purpose.
    ///
    /// Name constraints are evaluated for directory names, mail addresses, hosts, URIs and network addresses; a name of
    /// another form that is constrained is refused. Policies are those of RFC 5280 §6.1 with mappings; nothing is inhibited
    /// from the start unless [`InitialPolicies`] say so.
    #[must_use]
    pub const fn general() -> Self {
        Self {
            purpose: None,
            key_usage: KeyUsageRule::Any,
            extended_key_usage: ExtendedKeyUsageRule::Any,
            policies: PolicyRule::Any,
            initial_policies: InitialPolicies::NONE,
            leaf_may_be_authority: true,
            key_identifiers: true,
            restrictions: true,
            critical_restrictions: true,
            max_intermediates: 10,
            max_certificates: 64,
            max_signature_checks: 100,
        }
    }
}
