//! The rules for one certificate by itself.

use super::profile::{ExtendedKeyUsageRule, KeyUsageRule, Profile};
use super::restrictions::{NameConstraints, Restrictions};
use super::{Error, ErrorKind, Position};
use crate::anchor::Hierarchy;
use crate::asn1::Field;
use crate::certificate::{
    AuthorityKeyIdentifier, BasicConstraints, Certificate, KeyUsage, Oids, Purpose, extension, general_name,
    policy,
};
use crate::key::PublicKey;
use crate::time::UnixTime;

/// What a path needs to know of a certificate, read in one pass over its extensions.
#[derive(Clone, Copy)]
pub(super) struct Facts<'a> {
    pub(super) key: PublicKey<'a>,
    pub(super) key_id: Option<&'a [u8]>,
    pub(super) authority_key: Option<AuthorityKeyIdentifier<'a>>,
    key_usage: Option<KeyUsage>,
    extended_key_usage: Option<Oids<'a>>,
    pub(super) policies: Option<Oids<'a>>,
    constraints: Option<BasicConstraints>,
    constraints_critical: bool,
    critical_alternative_name: bool,
    pub(super) restrictions: Restrictions<'a>,
}

/// Reads a certificate and checks what has to hold for any, whatever its place in the path.
pub(super) fn examine<'a>(certificate: &Certificate<'a>) -> Result<Facts<'a>, ErrorKind> {
    let mut facts = Facts {
        key: certificate.public_key()?,
        key_id: None,
        authority_key: None,
        key_usage: None,
        extended_key_usage: None,
        policies: None,
        constraints: None,
        constraints_critical: false,
        critical_alternative_name: false,
        restrictions: Restrictions::default(),
    };
    facts.read_extensions(certificate)?;
    if certificate.signature_scheme().is_none() {
        return Err(ErrorKind::SignatureAlgorithm);
    }
    if facts.key.check().is_err() || facts.key.is_roca() {
        return Err(ErrorKind::WeakKey);
    }
    // RFC 5280 §4.1.2.4, §4.1.2.6.
    if certificate.issuer().is_empty() {
        return Err(ErrorKind::EmptyName(Field::Issuer));
    }
    if certificate.subject().is_empty() && (facts.is_authority() || !facts.critical_alternative_name) {
        return Err(ErrorKind::EmptyName(Field::Subject));
    }
    // RFC 5280 §4.2.1.9: keyCertSign and path lengths belong to authorities.
    let may_certify = facts.key_usage.is_none_or(|usage| usage.contains(KeyUsage::KEY_CERT_SIGN));
    let certifies = facts.key_usage.is_some() && may_certify;
    let limits = facts.constraints.is_some_and(|constraints| constraints.path_length.is_some());
    // §4.2.1.5, §4.2.1.10, §4.2.1.14: so do restrictions of others.
    let restricts = facts.restrictions.concern_others();
    if (!facts.is_authority() && (certifies || limits || restricts)) || (limits && !may_certify) {
        return Err(ErrorKind::Contradiction);
    }
    Ok(facts)
}

impl<'a> Facts<'a> {
    fn read_extensions(&mut self, certificate: &Certificate<'a>) -> Result<(), ErrorKind> {
        for found in certificate.extensions().iter() {
            let content = |field| found.content(field);
            match found.id {
                extension::KEY_USAGE => self.key_usage = Some(KeyUsage::read(content(Field::KeyUsage))?),
                extension::EXTENDED_KEY_USAGE => {
                    self.extended_key_usage = Some(Oids::read(content(Field::ExtendedKeyUsage))?);
                }
                extension::CERTIFICATE_POLICIES => {
                    let policies = content(Field::CertificatePolicies);
                    self.policies = Some(Oids::read_policies(policies, found.critical)?);
                }
                extension::BASIC_CONSTRAINTS => {
                    self.constraints = Some(BasicConstraints::read(content(Field::BasicConstraints))?);
                    self.constraints_critical = found.critical;
                }
                extension::SUBJECT_ALT_NAME => {
                    general_name::check_list(content(Field::SubjectAltName))?;
                    self.critical_alternative_name = found.critical;
                }
                extension::NAME_CONSTRAINTS
                | extension::POLICY_MAPPINGS
                | extension::POLICY_CONSTRAINTS
                | extension::INHIBIT_ANY_POLICY => self.restrictions.read(&found)?,
                // The rest has to be non-critical where it is known at all (RFC 5280 §4.2.1.1, §4.2.1.2, §4.2.2.1).
                _ if found.critical => return Err(ErrorKind::UnknownCriticalExtension),
                extension::SUBJECT_KEY_IDENTIFIER => {
                    let mut content = content(Field::SubjectKeyIdentifier);
                    let identifier = content.read(crate::asn1::der::OCTET_STRING)?.value();
                    content.finish()?;
                    self.key_id = Some(identifier);
                }
                extension::AUTHORITY_KEY_IDENTIFIER => {
                    let identifier = AuthorityKeyIdentifier::read(content(Field::AuthorityKeyIdentifier))?;
                    self.authority_key = Some(identifier);
                }
                extension::ISSUER_ALT_NAME => general_name::check_list(content(Field::IssuerAltName))?,
                extension::AUTHORITY_INFO_ACCESS => {
                    general_name::check_access(content(Field::AuthorityInfoAccess))?;
                }
                extension::CRL_DISTRIBUTION_POINTS => {
                    general_name::check_distribution_points(content(Field::CrlDistributionPoints))?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn is_authority(&self) -> bool {
        self.constraints.is_some_and(|constraints| constraints.ca)
    }

    /// The key identifier of the issuer, if it is named.
    pub(super) fn issuer_key_id(&self) -> Option<&'a [u8]> {
        self.authority_key.and_then(|named| named.key_identifier)
    }

    /// What every certificate below an anchor has to name.
    pub(super) fn check_below_anchor(&self, profile: &Profile<'_>) -> Result<(), ErrorKind> {
        if profile.key_identifiers && self.issuer_key_id().is_none() {
            return Err(ErrorKind::MissingExtension(Field::AuthorityKeyIdentifier));
        }
        Ok(())
    }

    fn check_restrictions(&self, profile: &Profile<'_>) -> Result<(), ErrorKind> {
        match self.restrictions.not_critical {
            Some(field) if profile.critical_restrictions => return Err(ErrorKind::NotCritical(field)),
            _ => {}
        }
        if profile.restrictions || self.restrictions.is_empty() {
            Ok(())
        } else {
            Err(ErrorKind::NotEvaluated)
        }
    }

    /// The leaf's own rules.
    pub(super) fn check_leaf(&self, profile: &Profile<'_>) -> Result<(), ErrorKind> {
        if self.is_authority() && !profile.leaf_may_be_authority {
            return Err(ErrorKind::Authority);
        }
        self.check_restrictions(profile)?;
        let fits = match (profile.key_usage, self.key_usage) {
            (KeyUsageRule::Any, _) | (KeyUsageRule::Allows(_), None) => true,
            (KeyUsageRule::Allows(asked), Some(usage)) => usage.contains(asked),
            (KeyUsageRule::Exactly(asked), usage) => usage == Some(asked),
        };
        if !fits {
            return Err(ErrorKind::KeyUsage);
        }
        let fits = match (profile.extended_key_usage, self.extended_key_usage) {
            (ExtendedKeyUsageRule::Any, _) => true,
            (ExtendedKeyUsageRule::Absent | ExtendedKeyUsageRule::Allows(_), None) => true,
            (ExtendedKeyUsageRule::Absent, Some(_)) | (ExtendedKeyUsageRule::Requires(_), None) => false,
            (
                ExtendedKeyUsageRule::Allows(asked) | ExtendedKeyUsageRule::Requires(asked),
                Some(mut purposes),
            ) => purposes.any(|purpose| purpose == asked),
        };
        if fits { Ok(()) } else { Err(ErrorKind::ExtendedKeyUsage) }
    }

    /// The rules for an authority with this many others below it that are not self-issued.
    pub(super) fn check_issuer(&self, profile: &Profile<'_>, below: usize) -> Result<(), ErrorKind> {
        self.check_may_certify()?;
        self.check_restrictions(profile)?;
        if profile.key_identifiers && self.key_id.is_none() {
            return Err(ErrorKind::MissingExtension(Field::SubjectKeyIdentifier));
        }
        within_path_length(self.constraints.and_then(|constraints| constraints.path_length), below)?;
        let (ExtendedKeyUsageRule::Allows(asked) | ExtendedKeyUsageRule::Requires(asked)) =
            profile.extended_key_usage
        else {
            return Ok(());
        };
        let fits = self.extended_key_usage.is_none_or(|mut purposes| {
            purposes.any(|purpose| purpose == asked || purpose == extension::ANY_EXTENDED_KEY_USAGE)
        });
        if fits { Ok(()) } else { Err(ErrorKind::ExtendedKeyUsage) }
    }

    /// RFC 5280 §6.1.4 k and n, §4.2.1.9.
    fn check_may_certify(&self) -> Result<(), ErrorKind> {
        let certifies = self.key_usage.is_none_or(|usage| usage.contains(KeyUsage::KEY_CERT_SIGN));
        if !self.is_authority() || !certifies {
            return Err(ErrorKind::NotAnAuthority);
        }
        if !self.constraints_critical {
            return Err(ErrorKind::NotCritical(Field::BasicConstraints));
        }
        Ok(())
    }

    fn may_sign_crls(&self) -> bool {
        self.key_usage.is_none_or(|usage| usage.contains(KeyUsage::CRL_SIGN))
    }

    /// Whether the leaf has the policy of the purpose, of the kind that the anchor stands for.
    pub(super) fn has_jpki_policy(&self, purpose: Purpose, hierarchy: Hierarchy) -> bool {
        let (production, test) = match purpose {
            Purpose::Signature => (policy::SIGNATURE, policy::TEST_SIGNATURE),
            Purpose::UserAuthentication => (policy::USER_AUTHENTICATION, policy::TEST_USER_AUTHENTICATION),
        };
        let Some(mut policies) = self.policies else { return false };
        match hierarchy {
            Hierarchy::Production => policies.any(|policy| policy == production),
            Hierarchy::JlisTest => policies.any(|policy| policy == test),
            Hierarchy::Caller => policies.any(|policy| policy == production || policy == test),
        }
    }
}

pub(super) fn within_path_length(limit: Option<u8>, below: usize) -> Result<(), ErrorKind> {
    match limit {
        Some(limit) if below > usize::from(limit) => Err(ErrorKind::PathLength),
        _ => Ok(()),
    }
}

/// RFC 5280 §6.1.3 a 2: both ends are inside.
pub(super) fn check_time(validity: crate::certificate::Validity, at: UnixTime) -> Result<(), ErrorKind> {
    if at < validity.not_before {
        return Err(ErrorKind::NotYetInForce { at, not_before: validity.not_before });
    }
    if at > validity.not_after {
        return Err(ErrorKind::Expired { at, not_after: validity.not_after });
    }
    Ok(())
}

pub(super) fn may_sign_crls(certificate: &Certificate<'_>) -> bool {
    examine(certificate).is_ok_and(|facts| facts.may_sign_crls())
}

/// What an anchor takes from its certificate.
pub(crate) struct Authority<'a> {
    pub(crate) key: PublicKey<'a>,
    pub(crate) key_id: Option<&'a [u8]>,
    pub(crate) path_length: Option<u8>,
    pub(crate) crl_sign: bool,
    pub(crate) names: Option<NameConstraints<'a>>,
}

/// The rules for the certificate of an anchor.
pub(crate) fn check_authority<'a>(certificate: &Certificate<'a>) -> Result<Authority<'a>, Error> {
    let refused = |kind| Error::new(kind, Position::NewAnchor);
    let facts = examine(certificate).map_err(refused)?;
    facts.check_may_certify().map_err(refused)?;
    if let Some(field) = facts.restrictions.not_critical {
        return Err(refused(ErrorKind::NotCritical(field)));
    }
    // Those on policies would have to be evaluated too (RFC 5937 §4).
    if facts.restrictions.concern_policies() {
        return Err(refused(ErrorKind::NotEvaluated));
    }
    if facts.key_id.is_none() {
        return Err(refused(ErrorKind::MissingExtension(Field::SubjectKeyIdentifier)));
    }
    if facts.issuer_key_id().is_none() && !certificate.issuer().matches(&certificate.subject()) {
        return Err(refused(ErrorKind::MissingExtension(Field::AuthorityKeyIdentifier)));
    }
    Ok(Authority {
        key: facts.key,
        key_id: facts.key_id,
        path_length: facts.constraints.and_then(|constraints| constraints.path_length),
        crl_sign: facts.may_sign_crls(),
        names: facts.restrictions.names,
    })
}
