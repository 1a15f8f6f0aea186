//! The search for a path: depth first, anchors before hints, under a budget.

use super::profile::PolicyRule;
use super::restrictions::names::{MAX_COMPARISONS, Outside};
use super::restrictions::policies::{self, Step};
use super::rules::{self, Facts};
use super::{Error, ErrorKind, Position, TrustedCertificate, Validator};
use crate::anchor::Anchor;
use crate::certificate::{Certificate, Name};
use crate::key::PublicKey;
use crate::time::UnixTime;
use alloc::vec::Vec;

pub(super) fn search<'a>(
    validator: &Validator<'a>,
    leaf: &Certificate<'a>,
    hints: &[Certificate<'a>],
    at: UnixTime,
) -> Result<TrustedCertificate<'a>, Error> {
    let profile = &validator.profile;
    let of_leaf = |kind| Error::new(kind, Position::Leaf);
    if !few_above(leaf, hints, profile.max_certificates) {
        return Err(of_leaf(ErrorKind::Budget));
    }
    let facts = rules::examine(leaf).map_err(of_leaf)?;
    facts.check_leaf(profile).map_err(of_leaf)?;
    facts.check_below_anchor(profile).map_err(of_leaf)?;

    let mut search = Search {
        validator,
        hints,
        at,
        checks_left: profile.max_signature_checks,
        leaf: (leaf, &facts),
        comparisons_left: MAX_COMPARISONS,
        steps: Vec::new(),
        issuers: Vec::new(),
        furthest: ((false, 0, 0), of_leaf(ErrorKind::UnknownIssuer)),
    };
    let Some(anchor) = search.climb(leaf, &facts, Position::Leaf)? else {
        return Err(search.furthest.1);
    };
    // The leaf's own period last: "expired" is said only of what is trusted otherwise.
    rules::check_time(leaf.validity(), at).map_err(of_leaf)?;
    let chain: Vec<_> = search.steps.iter().filter_map(|hint| hints.get(*hint).copied()).collect();
    Ok(TrustedCertificate {
        certificate: *leaf,
        key: facts.key,
        issuer_key: search.issuers.first().map_or(anchor.key(), |issuer| issuer.key),
        issuer_key_id: facts.issuer_key_id(),
        chain,
        anchor: *anchor,
        at,
        purpose: profile.purpose,
        backend: validator.backend,
    })
}

/// Whether the leaf and the hints that may stand above it, by their names alone, are at most `limit`: a bundle of other
/// people's authorities costs a comparison of names each, and counts for nothing.
fn few_above(leaf: &Certificate<'_>, hints: &[Certificate<'_>], limit: usize) -> bool {
    if hints.len() < limit {
        return true;
    }
    let mut above: Vec<usize> = Vec::new();
    let mut issuers = Vec::from([leaf.issuer()]);
    while let Some(issuer) = issuers.pop() {
        for (index, hint) in hints.iter().enumerate() {
            if hint.subject().matches(&issuer) && !above.contains(&index) {
                above.push(index);
                issuers.push(hint.issuer());
                if above.len() >= limit {
                    return false;
                }
            }
        }
    }
    true
}

/// How far a path came: whether it reached an anchor, its length, and the progress of its failure.
type Progress = (bool, usize, u8);

struct Search<'s, 'a> {
    validator: &'s Validator<'a>,
    hints: &'s [Certificate<'a>],
    at: UnixTime,
    checks_left: usize,
    leaf: (&'s Certificate<'a>, &'s Facts<'a>),
    comparisons_left: usize,
    /// The hints of the path so far, the leaf's issuer first, and what is known of them.
    steps: Vec<usize>,
    issuers: Vec<Facts<'a>>,
    furthest: (Progress, Error),
}

impl<'a> Search<'_, 'a> {
    /// Looks for a path from `certificate` upwards. `None`: there is none; why stands in `furthest`.
    ///
    /// # Errors
    /// Only when the work allowed is used up.
    fn climb(
        &mut self,
        certificate: &Certificate<'a>,
        facts: &Facts<'a>,
        position: Position,
    ) -> Result<Option<&'a Anchor<'a>>, Error> {
        self.failed(false, ErrorKind::UnknownIssuer, position);
        for (index, anchor) in self.validator.anchors.iter().enumerate() {
            let candidate = Candidate {
                name: anchor.subject(),
                key_id: anchor.key_id(),
                identity: (anchor.issuer(), anchor.serial()),
            };
            if !self.may_have_issued(&candidate, certificate, facts, position) {
                continue;
            }
            if !self.signed(certificate, &anchor.key(), position)? {
                continue;
            }
            match self.check_anchor(anchor) {
                Ok(()) => match self.check_restrictions(anchor) {
                    Ok(()) => return Ok(Some(anchor)),
                    Err((kind, position)) => self.failed(true, kind, position),
                },
                Err(kind) => self.failed(true, kind, Position::Anchor { index }),
            }
        }
        for (hint, issuer) in self.hints.iter().enumerate() {
            if let Some(anchor) = self.climb_over(hint, issuer, certificate, facts, position)? {
                return Ok(Some(anchor));
            }
        }
        Ok(None)
    }

    /// Tries one hint as the issuer of `certificate`.
    fn climb_over(
        &mut self,
        hint: usize,
        issuer: &Certificate<'a>,
        certificate: &Certificate<'a>,
        facts: &Facts<'a>,
        position: Position,
    ) -> Result<Option<&'a Anchor<'a>>, Error> {
        let candidate = Candidate {
            name: issuer.subject(),
            key_id: issuer.extensions().subject_key_identifier().ok().flatten(),
            identity: (issuer.issuer(), issuer.serial()),
        };
        if !self.may_have_issued(&candidate, certificate, facts, position) {
            return Ok(None);
        }
        // One name with one key twice in a path leads nowhere that the first of them does not.
        let same = |other: &Certificate<'_>| {
            issuer.public_key_info() == other.public_key_info() && issuer.subject().matches(&other.subject())
        };
        let known = self.steps.iter().filter_map(|step| self.hints.get(*step)).any(same);
        if known || same(certificate) {
            return Ok(None);
        }
        if self.steps.len() >= self.validator.profile.max_intermediates {
            self.failed(false, ErrorKind::Depth, position);
            return Ok(None);
        }
        let own = Position::Intermediate { hint };
        let issuer_facts = match rules::examine(issuer) {
            Ok(issuer_facts) => issuer_facts,
            Err(kind) => {
                self.failed(false, kind, own);
                return Ok(None);
            }
        };
        if !self.signed(certificate, &issuer_facts.key, position)? {
            return Ok(None);
        }
        if let Err(kind) = self.check_intermediate(issuer, &issuer_facts) {
            self.failed(false, kind, own);
            return Ok(None);
        }
        self.steps.push(hint);
        self.issuers.push(issuer_facts);
        let found = self.climb(issuer, &issuer_facts, own)?;
        if found.is_none() {
            self.steps.pop();
            self.issuers.pop();
        }
        Ok(found)
    }

    /// Whether names and key identifiers leave the candidate possible as the issuer.
    fn may_have_issued(
        &mut self,
        candidate: &Candidate<'_>,
        certificate: &Certificate<'_>,
        facts: &Facts<'_>,
        position: Position,
    ) -> bool {
        let named = facts.issuer_key_id();
        let other_key = matches!((named, candidate.key_id), (Some(named), Some(own)) if named != own);
        if !candidate.name.matches(&certificate.issuer()) {
            if named.is_some() && named == candidate.key_id {
                self.failed(false, ErrorKind::IssuerName, position);
            }
            return false;
        }
        let (issuer, serial) = candidate.identity;
        let other_identity = facts.authority_key.is_some_and(|named| {
            named.issuer.is_some_and(|named| !named.matches(&issuer))
                || named.serial.is_some_and(|named| without_sign(named) != serial)
        });
        if other_key || other_identity {
            self.failed(false, ErrorKind::KeyIdentifier, position);
            return false;
        }
        true
    }

    /// Whether the key made the signature of the certificate; charged against the budget.
    fn signed(
        &mut self,
        certificate: &Certificate<'_>,
        key: &PublicKey<'_>,
        position: Position,
    ) -> Result<bool, Error> {
        self.checks_left = self.checks_left.checked_sub(1).ok_or(Error::new(ErrorKind::Budget, position))?;
        match certificate.check_signature_with(self.validator.backend, key) {
            Ok(()) => Ok(true),
            Err(error) => {
                self.failed(false, ErrorKind::Signature(error), position);
                Ok(false)
            }
        }
    }

    fn check_intermediate(&self, issuer: &Certificate<'_>, facts: &Facts<'_>) -> Result<(), ErrorKind> {
        let profile = &self.validator.profile;
        rules::check_time(issuer.validity(), self.at)?;
        facts.check_issuer(profile, self.counted())?;
        facts.check_below_anchor(profile)
    }

    fn check_anchor(&self, anchor: &Anchor<'_>) -> Result<(), ErrorKind> {
        let profile = &self.validator.profile;
        rules::check_time(anchor.validity(), self.at)?;
        if profile.purpose.is_some() && anchor.purpose().is_some() && anchor.purpose() != profile.purpose {
            return Err(ErrorKind::AnchorPurpose);
        }
        rules::within_path_length(anchor.path_length(), self.counted())
    }

    /// What a whole path has to fulfil: policies and name constraints.
    fn check_restrictions(&mut self, anchor: &Anchor<'_>) -> Result<(), (ErrorKind, Position)> {
        let initial = self.validator.profile.initial_policies;
        let fulfilled = match self.validator.profile.policies {
            PolicyRule::Jpki(purpose) => self.leaf.1.has_jpki_policy(purpose, anchor.hierarchy()),
            PolicyRule::Any => policies::hold(&self.policy_steps(), None, initial),
            PolicyRule::OneOf(asked) => policies::hold(&self.policy_steps(), Some(asked), initial),
        };
        if !fulfilled {
            return Err((ErrorKind::Policy, Position::Leaf));
        }
        let constraints = |facts: &Facts<'a>| facts.restrictions.names;
        // An authority's constraints are on those below it; self-issued authorities are left out (RFC 5280 §6.1.3 b).
        for (above, constraints) in
            self.issuers.iter().map(constraints).chain([anchor.names().copied()]).enumerate()
        {
            let Some(constraints) = constraints else { continue };
            for below in 0_usize..=above {
                let (certificate, position) = match below.checked_sub(1).and_then(|step| self.steps.get(step))
                {
                    None => (Some(self.leaf.0), Position::Leaf),
                    Some(hint) => (self.hints.get(*hint), Position::Intermediate { hint: *hint }),
                };
                let Some(certificate) = certificate else { continue };
                if below > 0 && is_self_issued(certificate) {
                    continue;
                }
                match constraints.allow(certificate, &mut self.comparisons_left) {
                    Ok(()) => {}
                    Err(Outside::Name) => return Err((ErrorKind::NameConstraint, position)),
                    Err(Outside::Budget) => return Err((ErrorKind::Budget, position)),
                }
            }
        }
        Ok(())
    }

    /// The path as the rules on policies see it: the anchor's side first.
    fn policy_steps(&self) -> Vec<Step<'a>> {
        let authorities = self.steps.iter().zip(&self.issuers).rev().map(|(hint, facts)| Step {
            policies: facts.policies,
            restrictions: facts.restrictions,
            self_issued: self.hints.get(*hint).is_some_and(is_self_issued),
        });
        let (leaf, facts) = self.leaf;
        let leaf = Step {
            policies: facts.policies,
            restrictions: facts.restrictions,
            self_issued: is_self_issued(leaf),
        };
        authorities.chain([leaf]).collect()
    }

    /// The authorities of the path so far that count against a path length: not the self-issued ones
    /// (RFC 5280 §6.1.4 l).
    fn counted(&self) -> usize {
        let path = self.steps.iter().filter_map(|step| self.hints.get(*step));
        path.filter(|authority| !is_self_issued(authority)).count()
    }

    fn failed(&mut self, complete: bool, kind: ErrorKind, position: Position) {
        let progress = (complete, self.steps.len(), kind.progress());
        if progress > self.furthest.0 {
            self.furthest = (progress, Error::new(kind, position));
        }
    }
}

fn is_self_issued(certificate: &Certificate<'_>) -> bool {
    certificate.subject().matches(&certificate.issuer())
}

/// Somebody who may have issued a certificate.
struct Candidate<'a> {
    name: Name<'a>,
    key_id: Option<&'a [u8]>,
    /// The issuer and serial number of its own certificate.
    identity: (Name<'a>, &'a [u8]),
}

/// The magnitude of a positive number's content bytes.
fn without_sign(number: &[u8]) -> &[u8] {
    match number {
        [0, rest @ ..] if !rest.is_empty() => rest,
        _ => number,
    }
}
