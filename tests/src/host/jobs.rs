//! The jobs whose exchanges are counted.

use mynumber_applet::PinId;
use mynumber_applet::pin::reference;
use mynumber_driver::{Card, Input};
use mynumber_transport::Transport;

use super::sample::{KnownKey, PIN, four_digits, signature_password};

/// What a job is given: a driver over some transport.
type Driver<'t> = Card<&'t mut dyn Transport>;
type Outcome = Result<(), Box<dyn std::error::Error>>;

/// One job, and what it costs.
#[derive(Clone, Copy)]
pub struct Job {
    /// What is done.
    pub name: &'static str,
    /// Exchanges that jpki/myna takes for it at its newest, counted on the wire. A given figure, not measured here.
    pub peer: u64,
    /// The most exchanges that ours may take, the guard's question and the log-out included.
    pub limit: u64,
    /// Does it.
    pub run: fn(&mut Driver<'_>) -> Outcome,
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

fn attributes(card: &mut Driver<'_>) -> Outcome {
    card.attributes(&four_digits(PIN)?)?.view()?;
    Ok(())
}

fn number(card: &mut Driver<'_>) -> Outcome {
    card.number(&four_digits(PIN)?)?.view()?;
    Ok(())
}

fn user_authentication_certificate(card: &mut Driver<'_>) -> Outcome {
    card.user_authentication_certificate()?;
    Ok(())
}

fn signature_certificate(card: &mut Driver<'_>) -> Outcome {
    card.signature_certificate(&signature_password()?)?;
    Ok(())
}

fn signature(card: &mut Driver<'_>) -> Outcome {
    card.sign::<reference::Signature>(&signature_password()?, &Input::sha256(&[1; 32]), &KnownKey)?;
    Ok(())
}

fn card_face(card: &mut Driver<'_>) -> Outcome {
    card.card_face(&four_digits(PIN)?)?;
    Ok(())
}

fn counters(card: &mut Driver<'_>) -> Outcome {
    let seven = [
        PinId::InputAssist,
        PinId::InputAssistNumberA,
        PinId::InputAssistNumberB,
        PinId::CardFaceNumberA,
        PinId::CardFaceNumberB,
        PinId::UserAuthentication,
        PinId::Signature,
    ];
    let told = card.counters_of(&seven)?;
    if told.len() == seven.len() { Ok(()) } else { Err("a counter is missing".into()) }
}

/// The jobs.
pub const JOBS: [Job; 7] = [
    Job { name: "attributes", peer: 6, limit: 5, run: attributes },
    Job { name: "number", peer: 5, limit: 5, run: number },
    Job { name: "user-authentication certificate", peer: 9, limit: 2, run: user_authentication_certificate },
    Job { name: "signature certificate", peer: 12, limit: 5, run: signature_certificate },
    Job { name: "signature with certificate", peer: 14, limit: 6, run: signature },
    Job { name: "card face from the four-digit PIN", peer: 63, limit: 9, run: card_face },
    Job { name: "seven counters", peer: 19, limit: 10, run: counters },
];
