//! The thread of one connection: it owns the card, and the transaction while there is one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{Receiver, Sender};
use std::time::Duration;

use pcsc::{Card, Context, Error as Code, Protocols, Scope, ShareMode, Transaction};
use zeroize::{Zeroize, Zeroizing};

use super::cancel::{BackOff, Wait};
use super::{Protocol, ReaderName, Sharing, error, features};
use crate::{Disposition, Error, Reply};

/// What the thread is asked.
pub(super) enum Job {
    Transmit(Zeroizing<Vec<u8>>),
    Begin,
    End(Disposition),
}

/// What the thread answers; one answer to each job, and the first of all to being started.
pub(super) enum Answer {
    Connected(Connected),
    Reply { command: Zeroizing<Vec<u8>>, reply: Zeroizing<Vec<u8>> },
    Done,
    Failed(Error),
}

/// What is known of a connection once it is made.
pub(super) struct Connected {
    pub(super) atr: Vec<u8>,
    pub(super) protocol: Protocol,
    pub(super) short_only: bool,
}

/// Whether the exclusive use that the thread waits for is still wanted.
///
/// Asking for it blocks without limit. Whoever asked may have given up meanwhile, and then must not hold the card
/// unknowingly: exactly one of "given up" and "granted" comes true.
#[derive(Clone, Default)]
pub(super) struct Grant(Arc<AtomicU8>);

const WANTED: u8 = 0;
const GIVEN_UP: u8 = 1;
const GRANTED: u8 = 2;

impl Grant {
    /// It is asked for (again).
    pub(super) fn want(&self) {
        self.0.store(WANTED, Ordering::SeqCst);
    }

    /// Gives up; `false` when it was granted before, and the answer is on its way.
    pub(super) fn give_up(&self) -> bool {
        self.0.compare_exchange(WANTED, GIVEN_UP, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    /// Grants it; `false` when nobody wants it any more.
    fn grant(&self) -> bool {
        self.0.compare_exchange(WANTED, GRANTED, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }
}

/// What exclusive use left behind.
enum After {
    /// The card as it was.
    Undisturbed,
    /// A card that was reset or powered off by us.
    Disturbed,
    /// Nobody asks any more.
    Abandoned,
}

/// Everything the thread needs.
pub(super) struct Actor {
    pub(super) reader: ReaderName,
    pub(super) sharing: Sharing,
    pub(super) on_close: Disposition,
    /// The wait while another program holds the card.
    pub(super) wait: Wait,
    pub(super) grant: Grant,
    pub(super) jobs: Receiver<Job>,
    pub(super) answers: Sender<Answer>,
}

impl Actor {
    /// Connects, then does jobs until nobody asks any more.
    pub(super) fn run(self) {
        match self.connect() {
            Ok((card, connected)) => {
                if self.answers.send(Answer::Connected(connected)).is_ok() {
                    self.serve(card);
                } else {
                    // Given up before it was used.
                    close(card, Disposition::Leave);
                }
            }
            Err(error) => self.answer(Answer::Failed(error)),
        }
    }

    fn answer(&self, answer: Answer) {
        // Nobody listens when the connection was dropped; the next job's absence ends the thread.
        let _ = self.answers.send(answer);
    }

    fn connect(&self) -> Result<(Card, Connected), Error> {
        let mut back_off = BackOff::new();
        let mut fresh = true;
        loop {
            let context = Context::establish(Scope::User).map_err(error::from)?;
            match context.connect(self.reader.as_c_str(), self.share_mode(), Protocols::T0 | Protocols::T1) {
                Ok(card) => return connected(card),
                Err(Code::SharingViolation) => match self.wait.pause(back_off.next()) {
                    Err(Error::Timeout) => return Err(Error::SharingViolation),
                    outcome => outcome?,
                },
                // The service may be going down or coming up at this moment: once more.
                Err(code) if error::is_stale(code) && fresh => {
                    fresh = false;
                    match self.wait.pause(Duration::from_millis(100)) {
                        Err(Error::Timeout) => return Err(error::from(code)),
                        outcome => outcome?,
                    }
                }
                Err(code) => return Err(error::from(code)),
            }
        }
    }

    const fn share_mode(&self) -> ShareMode {
        match self.sharing {
            Sharing::Shared => ShareMode::Shared,
            Sharing::Exclusive => ShareMode::Exclusive,
        }
    }

    /// Outside exclusive use.
    fn serve(&self, mut card: Card) {
        let mut buffer = Zeroizing::new(vec![0; Reply::MAX.saturating_add(1)]);
        let mut stale = false;
        while let Ok(job) = self.jobs.recv() {
            // Our own reset is reported to us as if another program had done it; taking note of it is ours.
            if stale && let Err(error) = self.settle(&mut card) {
                self.answer(Answer::Failed(error));
                continue;
            }
            stale = false;
            match job {
                Job::Transmit(command) => self.answer(transmit(&card, command, &mut buffer)),
                Job::End(_) => self.answer(Answer::Failed(error::from(Code::NotTransacted))),
                Job::Begin => match self.begin(&mut card, &mut buffer) {
                    After::Undisturbed => {}
                    After::Disturbed => stale = self.settle(&mut card).is_err(),
                    After::Abandoned => return close(card, Disposition::Leave),
                },
            }
        }
        close(card, self.on_close);
    }

    /// Begins exclusive use and stays in it until it ends.
    fn begin(&self, card: &mut Card, buffer: &mut [u8]) -> After {
        match card.transaction() {
            Ok(transaction) if self.grant.grant() => {
                self.answer(Answer::Done);
                self.serve_exclusively(transaction, buffer)
            }
            Ok(transaction) => {
                finish(transaction, Disposition::Leave).unwrap_or_default();
                self.answer(Answer::Failed(Error::SharingViolation));
                After::Undisturbed
            }
            Err(code) => {
                self.answer(Answer::Failed(error::from(code)));
                After::Undisturbed
            }
        }
    }

    fn serve_exclusively(&self, transaction: Transaction<'_>, buffer: &mut [u8]) -> After {
        loop {
            match self.jobs.recv() {
                Ok(Job::Transmit(command)) => self.answer(transmit(&transaction, command, buffer)),
                Ok(Job::Begin) => self.answer(Answer::Done),
                Ok(Job::End(disposition)) => {
                    match finish(transaction, disposition) {
                        Ok(()) => self.answer(Answer::Done),
                        Err(error) => self.answer(Answer::Failed(error)),
                    }
                    return match disposition {
                        Disposition::Leave => After::Undisturbed,
                        Disposition::Reset | Disposition::Unpower => After::Disturbed,
                    };
                }
                Err(_) => {
                    // Abandoned: nothing verified is left to others. The card may be gone; then so is its state.
                    finish(transaction, Disposition::Unpower).unwrap_or_default();
                    return After::Abandoned;
                }
            }
        }
    }

    fn settle(&self, card: &mut Card) -> Result<(), Error> {
        card.reconnect(self.share_mode(), Protocols::T0 | Protocols::T1, pcsc::Disposition::LeaveCard)
            .map_err(error::from)
    }
}

fn connected(card: Card) -> Result<(Card, Connected), Error> {
    let refuse = |card, error| {
        close(card, Disposition::Leave);
        Err(error)
    };
    let status = match card.status2_owned() {
        Ok(status) => status,
        Err(code) => return refuse(card, error::from(code)),
    };
    let protocol = match status.protocol2() {
        Some(pcsc::Protocol::T0) => Protocol::T0,
        Some(pcsc::Protocol::T1) => Protocol::T1,
        // Without a protocol the `pcsc` crate would panic on the first command.
        Some(pcsc::Protocol::RAW) | None => return refuse(card, Error::Protocol),
    };
    let connected =
        Connected { atr: status.atr().to_vec(), protocol, short_only: features::is_short_only(&card) };
    Ok((card, connected))
}

fn transmit(card: &Card, command: Zeroizing<Vec<u8>>, buffer: &mut [u8]) -> Answer {
    match card.transmit(&command, buffer) {
        // A card answers two bytes or more; some drivers say nothing and no error when it is gone.
        Ok([]) => Answer::Failed(what_happened(card, Error::Transmission)),
        Ok(received) if received.len() > Reply::MAX => {
            buffer.zeroize();
            Answer::Failed(Error::ReplyTooLong)
        }
        Ok(received) => {
            let length = received.len();
            let reply = Zeroizing::new(received.to_vec());
            if let Some(used) = buffer.get_mut(..length) {
                used.zeroize();
            }
            Answer::Reply { command, reply }
        }
        Err(code) => {
            // What came before the failure may be in it.
            buffer.zeroize();
            match error::from(code) {
                fault @ Error::Transmission => Answer::Failed(what_happened(card, fault)),
                error => Answer::Failed(error),
            }
        }
    }
}

/// A failed transmission is mostly a removal that the service has not seen yet: it looks every 400 ms. Asks it until it
/// must have.
fn what_happened(card: &Card, fault: Error) -> Error {
    for _ in 0..30 {
        match card.status2_len() {
            Ok(_) | Err(Code::CommError | Code::NotTransacted) => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(code) => return error::from(code),
        }
    }
    fault
}

/// Ends a transaction. If it fails the transaction is ended without a disposition; the card is then mostly gone.
fn finish(transaction: Transaction<'_>, disposition: Disposition) -> Result<(), Error> {
    transaction.end(in_pcsc(disposition)).map_err(|(_, code)| error::from(code))
}

/// Disconnects with this disposition, where the `pcsc` crate's own drop would reset the card.
fn close(card: Card, disposition: Disposition) {
    if let Err((card, _)) = card.disconnect(in_pcsc(disposition)) {
        drop(card);
    }
}

const fn in_pcsc(disposition: Disposition) -> pcsc::Disposition {
    match disposition {
        Disposition::Leave => pcsc::Disposition::LeaveCard,
        Disposition::Reset => pcsc::Disposition::ResetCard,
        Disposition::Unpower => pcsc::Disposition::UnpowerCard,
    }
}
