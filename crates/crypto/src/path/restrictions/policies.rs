//! Which certificate policies hold for a path (RFC 5280 §6.1.2 to §6.1.5), by the graph of RFC 9618: each policy stands in a
//! level once, so the work stays in proportion to the path.

use super::Restrictions;
use crate::asn1::Oid;
use crate::certificate::{Oids, extension::ANY_POLICY};
use crate::path::InitialPolicies;
use alloc::vec::Vec;

/// What one certificate of the path says, anchor's side first.
pub(in crate::path) struct Step<'a> {
    pub(in crate::path) policies: Option<Oids<'a>>,
    pub(in crate::path) restrictions: Restrictions<'a>,
    pub(in crate::path) self_issued: bool,
}

/// A policy that holds after a certificate.
struct Node<'a> {
    policy: Oid<'a>,
    /// The policies of the next certificate that stand for it.
    expected: Vec<Oid<'a>>,
    /// The policies that the first authority below the anchor knew it by; empty when that is `anyPolicy`.
    origins: Vec<Oid<'a>>,
}

/// Counters of RFC 5280 §6.1.2 d to f, and the policies that hold so far.
struct State<'a> {
    level: Vec<Node<'a>>,
    explicit: usize,
    mapping: usize,
    any: usize,
}

/// Whether one of `asked` holds for the path; without `asked`, whether the path keeps to its own restrictions.
///
/// With `asked`, an explicit policy is required from the start.
pub(in crate::path) fn hold(path: &[Step<'_>], asked: Option<&[Oid<'_>]>, initial: InitialPolicies) -> bool {
    let beyond = path.len() + 1;
    let from_the_start = |yes| if yes { 0 } else { beyond };
    let mut state = State {
        level: Vec::from([Node {
            policy: ANY_POLICY,
            expected: Vec::from([ANY_POLICY]),
            origins: Vec::new(),
        }]),
        explicit: from_the_start(initial.explicit || asked.is_some()),
        mapping: from_the_start(initial.inhibit_mapping),
        any: from_the_start(initial.inhibit_any),
    };
    for (place, step) in path.iter().enumerate() {
        let last = place + 1 == path.len();
        let before = state.take(step, last);
        // RFC 5280 §6.1.3 f.
        if state.explicit == 0 && state.level.is_empty() {
            return false;
        }
        if last {
            state.close(step);
        } else {
            state.prepare(step, &before);
        }
    }
    state.explicit > 0 || state.acceptable(asked)
}

impl<'a> State<'a> {
    /// RFC 5280 §6.1.3 d, e: the level of this certificate takes the place of the one before, which is handed back.
    fn take(&mut self, step: &Step<'a>, last: bool) -> Vec<Node<'a>> {
        let before = core::mem::take(&mut self.level);
        let Some(policies) = step.policies else { return before };
        for policy in policies.filter(|policy| *policy != ANY_POLICY) {
            let mut parents = before.iter().filter(|node| node.expected.contains(&policy)).peekable();
            if parents.peek().is_some() {
                let origins = origins_of(parents, policy);
                self.level.push(Node { policy, expected: Vec::from([policy]), origins });
            } else if before.iter().any(|node| node.policy == ANY_POLICY) {
                let (expected, origins) = (Vec::from([policy]), Vec::from([policy]));
                self.level.push(Node { policy, expected, origins });
            }
        }
        let mut policies = policies;
        let any_counts = self.any > 0 || (!last && step.self_issued);
        if any_counts && policies.any(|policy| policy == ANY_POLICY) {
            for policy in before.iter().flat_map(|node| node.expected.iter().copied()) {
                if self.level.iter().all(|node| node.policy != policy) {
                    let parents = before.iter().filter(|node| node.expected.contains(&policy));
                    let origins = origins_of(parents, policy);
                    self.level.push(Node { policy, expected: Vec::from([policy]), origins });
                }
            }
        }
        before
    }

    /// RFC 5280 §6.1.4 b, h to j: what this certificate says of those below it.
    fn prepare(&mut self, step: &Step<'a>, before: &[Node<'a>]) {
        let restrictions = &step.restrictions;
        if self.mapping > 0 {
            self.map(restrictions, before);
        } else {
            let mapped = |policy| restrictions.mappings.iter().any(|(issuers, _)| issuers == policy);
            self.level.retain(|node| !mapped(node.policy));
        }
        if !step.self_issued {
            for counter in [&mut self.explicit, &mut self.mapping, &mut self.any] {
                *counter = counter.saturating_sub(1);
            }
        }
        let at_most = |counter: &mut usize, limit: Option<usize>| {
            *counter = limit.map_or(*counter, |limit| limit.min(*counter));
        };
        at_most(&mut self.explicit, restrictions.require_explicit_policy);
        at_most(&mut self.mapping, restrictions.inhibit_policy_mapping);
        at_most(&mut self.any, restrictions.inhibit_any_policy);
    }

    fn map(&mut self, restrictions: &Restrictions<'a>, before: &[Node<'a>]) {
        let mappings = restrictions.mappings;
        let subjects_of = |policy| -> Vec<Oid<'a>> {
            mappings.iter().filter(|(issuers, _)| *issuers == policy).map(|(_, subjects)| subjects).collect()
        };
        let any_before = before.iter().any(|node| node.policy == ANY_POLICY);
        let any_here = self.level.iter().any(|node| node.policy == ANY_POLICY);
        for node in &mut self.level {
            let subjects = subjects_of(node.policy);
            if !subjects.is_empty() {
                node.expected = subjects;
            }
        }
        for (policy, _) in mappings.iter() {
            if any_here && any_before && self.level.iter().all(|node| node.policy != policy) {
                let (expected, origins) = (subjects_of(policy), Vec::from([policy]));
                self.level.push(Node { policy, expected, origins });
            }
        }
    }

    /// RFC 5280 §6.1.5 a, b.
    fn close(&mut self, leaf: &Step<'a>) {
        self.explicit = self.explicit.saturating_sub(1);
        if leaf.restrictions.require_explicit_policy == Some(0) {
            self.explicit = 0;
        }
    }

    /// RFC 5280 §6.1.5 g.
    fn acceptable(&self, asked: Option<&[Oid<'_>]>) -> bool {
        let Some(asked) = asked else { return !self.level.is_empty() };
        self.level.iter().any(|node| match node.policy {
            ANY_POLICY => !asked.is_empty(),
            _ => node.origins.iter().any(|origin| asked.contains(origin)),
        })
    }
}

/// What a policy was known by under the anchor, by way of these nodes of the level before.
fn origins_of<'n, 'a: 'n>(parents: impl Iterator<Item = &'n Node<'a>>, policy: Oid<'a>) -> Vec<Oid<'a>> {
    let mut origins = Vec::new();
    for parent in parents {
        let own = if parent.policy == ANY_POLICY { core::slice::from_ref(&policy) } else { &parent.origins };
        for origin in own {
            if !origins.contains(origin) {
                origins.push(*origin);
            }
        }
    }
    origins
}

#[cfg(test)]
#[path = "policies_tests.rs"]
mod tests;
