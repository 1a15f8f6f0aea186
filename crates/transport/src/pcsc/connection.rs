//! A connection to the card in one reader.

use std::fmt;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use mynumber_apdu::Command;
use zeroize::Zeroizing;

use super::actor::{Actor, Answer, Connected, Grant, Job};
use super::cancel::{BackOff, Wait};
use super::{Cancel, ReaderName, context};
use crate::{Disposition, Error, Reply, Transport, wire};

/// How long dropping a connection waits for a command under way.
const CLOSING: Duration = Duration::from_secs(2);

/// Whether other programs may connect at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// Others may connect, and are kept out only within `begin` and `end`.
    Shared,
    /// No other may connect while the connection lasts.
    Exclusive,
}

/// The transmission protocol between reader and card (ISO 7816-3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// T=0, byte by byte.
    T0,
    /// T=1, by blocks; contactless cards appear as T=1.
    T1,
}

/// How to connect, and how long to wait for what.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether others may connect at the same time; by default [`Sharing::Shared`].
    pub sharing: Sharing,
    /// What becomes of the card when the connection is dropped outside exclusive use; by default
    /// [`Disposition::Leave`].
    pub on_close: Disposition,
    /// How long to wait while another program holds the card, in connecting and in `begin`; by default 5 s.
    pub patience: Duration,
    /// How long the card may take for one command, and the service for anything else; by default 30 s.
    pub timeout: Duration,
    /// Gives up any of these waits.
    pub cancel: Cancel,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            sharing: Sharing::Shared,
            on_close: Disposition::Leave,
            patience: Duration::from_secs(5),
            timeout: Duration::from_secs(30),
            cancel: Cancel::new(),
        }
    }
}

/// The card in one reader. See the [module documentation](super) for its thread and for what dropping it does.
pub struct Connection {
    reader: ReaderName,
    options: Options,
    link: Option<Link>,
    /// Why there is no link.
    lost: Error,
    known: Connected,
    /// Lent to the thread with each command, and given back with its answer.
    command: Zeroizing<Vec<u8>>,
}

impl Connection {
    pub(super) fn open(reader: ReaderName, options: Options) -> Result<Self, Error> {
        let (link, known) = Link::open(&reader, &options)?;
        Ok(Self {
            reader,
            options,
            link: Some(link),
            lost: Error::Timeout,
            known,
            command: Zeroizing::default(),
        })
    }

    /// The reader.
    #[must_use]
    pub const fn reader(&self) -> &ReaderName {
        &self.reader
    }

    /// The protocol between reader and card.
    #[must_use]
    pub const fn protocol(&self) -> Protocol {
        self.known.protocol
    }

    /// Does one job that is not `begin`. If it outlasts its time the connection is lost until reconnected: the thread
    /// is still at it.
    fn job(&mut self, job: Job) -> Result<Answer, Error> {
        let link = self.link.as_mut().ok_or_else(|| self.lost.clone())?;
        if link.waiting {
            return Err(Error::SharingViolation);
        }
        let wait = Wait::new(Some(self.options.timeout), &self.options.cancel);
        wait.slice()?;
        link.send(job)?;
        match link.receive(&wait) {
            Ok(Answer::Failed(error)) => Err(error),
            Ok(answer) => Ok(answer),
            Err(error) => {
                self.link = None;
                self.lost = error.clone();
                Err(error)
            }
        }
    }
}

impl Transport for Connection {
    /// The reader refuses extended lengths when it has said so, with [`Error::ExtendedRefused`] before anything is
    /// sent. Waits up to [`Options::timeout`].
    fn transmit(&mut self, command: &Command<'_>, reply: &mut Reply) -> Result<(), Error> {
        reply.clear();
        if self.known.short_only && wire::is_extended(command) {
            return Err(Error::ExtendedRefused);
        }
        wire::encode(command, &mut self.command)?;
        let bytes = std::mem::take(&mut self.command);
        match self.job(Job::Transmit(bytes))? {
            Answer::Reply { command, reply: received } => {
                self.command = command;
                reply.set(&received);
                Ok(())
            }
            _ => Err(Error::NoService),
        }
    }

    /// Waits up to [`Options::patience`] for another program's exclusive use to end, then
    /// [`Error::SharingViolation`]. Beginning twice is beginning once.
    fn begin(&mut self) -> Result<(), Error> {
        let wait = Wait::new(Some(self.options.patience), &self.options.cancel);
        let link = self.link.as_mut().ok_or_else(|| self.lost.clone())?;
        match link.begin(&wait) {
            Err(Error::Timeout) => Err(Error::SharingViolation),
            outcome => outcome,
        }
    }

    fn end(&mut self, disposition: Disposition) -> Result<(), Error> {
        self.job(Job::End(disposition)).map(drop)
    }

    /// Connects anew with a new context, so a restarted service is no obstacle.
    fn reconnect(&mut self) -> Result<(), Error> {
        self.link = None;
        let (link, known) =
            Link::open(&self.reader, &self.options).inspect_err(|error| self.lost = error.clone())?;
        self.link = Some(link);
        self.known = known;
        Ok(())
    }

    fn atr(&self) -> &[u8] {
        &self.known.atr
    }

    fn carries_extended(&self) -> bool {
        !self.known.short_only
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("reader", &self.reader)
            .field("protocol", &self.known.protocol)
            .field("short_only", &self.known.short_only)
            .finish_non_exhaustive()
    }
}

/// The way to the thread.
struct Link {
    /// Always there but while dropping: its absence ends the thread.
    jobs: Option<Sender<Job>>,
    answers: Receiver<Answer>,
    grant: Grant,
    /// Whether the thread waits for another program's use of the card to end.
    waiting: bool,
    thread: Option<JoinHandle<()>>,
}

impl Link {
    fn open(reader: &ReaderName, options: &Options) -> Result<(Self, Connected), Error> {
        let (jobs, jobs_of_actor) = channel();
        let (answers_of_actor, answers) = channel();
        let grant = Grant::default();
        let actor = Actor {
            reader: reader.clone(),
            sharing: options.sharing,
            on_close: options.on_close,
            wait: Wait::new(Some(options.patience), &options.cancel),
            grant: grant.clone(),
            jobs: jobs_of_actor,
            answers: answers_of_actor,
        };
        let thread = Builder::new().name("pcsc connection".to_owned()).spawn(move || actor.run());
        let thread = thread.map_err(|error| Error::Other {
            code: error.raw_os_error().and_then(|code| u32::try_from(code).ok()).unwrap_or_default(),
        })?;
        let mut link = Self { jobs: Some(jobs), answers, grant, waiting: true, thread: Some(thread) };
        let known = link.connected(reader, options)?;
        link.waiting = false;
        Ok((link, known))
    }

    /// The service lets nobody connect while another program has exclusive use, and does not say so.
    fn connected(&mut self, reader: &ReaderName, options: &Options) -> Result<Connected, Error> {
        let answer = match self.receive(&Wait::new(Some(options.patience), &options.cancel)) {
            Err(Error::Timeout) if context::is_in_use(reader) => return Err(Error::SharingViolation),
            Err(Error::Timeout) => self.receive(&Wait::new(Some(options.timeout), &options.cancel))?,
            outcome => outcome?,
        };
        match answer {
            Answer::Connected(known) => Ok(known),
            Answer::Failed(error) => Err(error),
            Answer::Reply { .. } | Answer::Done => Err(Error::NoService),
        }
    }

    fn send(&self, job: Job) -> Result<(), Error> {
        self.jobs.as_ref().and_then(|jobs| jobs.send(job).ok()).ok_or(Error::NoService)
    }

    fn receive(&mut self, wait: &Wait) -> Result<Answer, Error> {
        loop {
            match self.answers.recv_timeout(wait.slice()?) {
                Ok(answer) => return Ok(answer),
                Err(RecvTimeoutError::Timeout) => {}
                // The thread ended by a panic: below it lies a library that meets the service's bytes.
                Err(RecvTimeoutError::Disconnected) => return Err(Error::NoService),
            }
        }
    }

    fn begin(&mut self, wait: &Wait) -> Result<(), Error> {
        let mut back_off = BackOff::new();
        loop {
            wait.slice()?;
            self.grant.want();
            if !self.waiting {
                self.send(Job::Begin)?;
                self.waiting = true;
            }
            let answer = match self.receive(wait) {
                Err(error @ (Error::Timeout | Error::Cancelled)) if self.grant.give_up() => {
                    return Err(error);
                }
                // Granted in this moment: the answer is on its way.
                Err(Error::Timeout | Error::Cancelled) => {
                    self.answers.recv().map_err(|_| Error::NoService)?
                }
                outcome => outcome?,
            };
            self.waiting = false;
            match answer {
                // The service does not wait by itself, or an earlier request that was given up has come to its end.
                Answer::Failed(Error::SharingViolation) => wait.pause(back_off.next())?,
                Answer::Failed(error) => return Err(error),
                _ => return Ok(()),
            }
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.grant.give_up();
        self.jobs = None;
        if self.waiting {
            // It waits for another program, holds nothing, and ends when its turn comes.
            return;
        }
        // Not given up by the caller's flag: closing is what a cancelled program still has to do.
        let wait = Wait::new(Some(CLOSING), &Cancel::new());
        let ended = loop {
            match self.receive(&wait) {
                Ok(_) => {}
                Err(error) => break error == Error::NoService,
            }
        };
        if let Some(thread) = self.thread.take()
            && ended
        {
            let _ = thread.join();
        }
    }
}
