//! Shows what goes over the wire, and nothing secret.

use core::fmt;
use core::time::Duration;

use mynumber_apdu::{Command, Instruction, Le, Response, Secrecy, StatusWord};

use crate::{CardSide, Disposition, Error, PowerEvent, Reply, Transport, wire};

/// One thing that happened on the wire.
///
/// It does not hold what shall not be seen, so no sink can print it by mistake: of a secret command the header alone,
/// of an open one the length of its data and, where it names a file or an application (SELECT), the data; of a reply
/// the status word and the length of its data. [`Traced::printing_personal_data`] adds the data of open commands and of
/// replies, never that of secret commands.
///
/// Shown with `{}` as one line.
#[derive(Clone, Copy, Debug)]
pub struct TraceEvent<'a> {
    index: u64,
    elapsed: Duration,
    what: Happening<'a>,
}

impl<'a> TraceEvent<'a> {
    /// The number of the event, from 0.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// How long it took, by the caller's clock.
    #[must_use]
    pub const fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// What happened.
    #[must_use]
    pub const fn what(&self) -> &Happening<'a> {
        &self.what
    }
}

/// What a [`TraceEvent`] tells of.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Happening<'a> {
    /// A command, and its reply or why there is none.
    Exchange(Sent<'a>, Result<Received<'a>, &'a Error>),
    /// Exclusive use began, or not.
    Begin(Result<(), &'a Error>),
    /// Exclusive use ended.
    End(Disposition, Result<(), &'a Error>),
    /// The card was connected anew, or not.
    Reconnect(Result<(), &'a Error>),
    /// The card's power changed; seen on the card's side only.
    Power(PowerEvent),
}

/// What may be seen of a command.
#[derive(Clone, Copy, Debug)]
pub struct Sent<'a> {
    header: Option<[u8; 4]>,
    length: Option<usize>,
    shown: Option<&'a [u8]>,
    expected: Option<Le>,
    extended: bool,
}

impl<'a> Sent<'a> {
    fn of(command: &Command<'a>, personal: bool) -> Self {
        let is_open = command.secrecy() == Secrecy::Open;
        let names_something = command.instruction() == Instruction::SELECT;
        let [p1, p2] = command.p1p2().to_be_bytes();
        Self {
            header: Some([command.class().0, command.instruction().0, p1, p2]),
            length: is_open.then_some(command.data().len()),
            shown: (is_open && (names_something || personal)).then_some(command.data()),
            expected: command.expected(),
            extended: wire::is_extended(command),
        }
    }

    const fn malformed() -> Self {
        Self { header: None, length: None, shown: None, expected: None, extended: false }
    }

    /// CLA, INS, P1, P2; `None` for bytes that are not a command, of which nothing is known.
    #[must_use]
    pub const fn header(&self) -> Option<[u8; 4]> {
        self.header
    }

    /// The instruction.
    #[must_use]
    pub fn instruction(&self) -> Option<Instruction> {
        self.header.map(|[_, instruction, ..]| Instruction(instruction))
    }

    /// The number of data bytes; `None` when the command is secret.
    #[must_use]
    pub const fn length(&self) -> Option<usize> {
        self.length
    }

    /// The data bytes, where they may be seen.
    #[must_use]
    pub const fn shown(&self) -> Option<&'a [u8]> {
        self.shown
    }

    /// The most response bytes asked for.
    #[must_use]
    pub const fn expected(&self) -> Option<Le> {
        self.expected
    }

    /// Whether the length fields are extended.
    #[must_use]
    pub const fn is_extended(&self) -> bool {
        self.extended
    }
}

/// What may be seen of a reply.
#[derive(Clone, Copy, Debug)]
pub struct Received<'a> {
    status: Option<StatusWord>,
    length: usize,
    shown: Option<&'a [u8]>,
}

impl<'a> Received<'a> {
    fn of(reply: &'a [u8], personal: bool) -> Self {
        match Response::parse(reply) {
            Ok(response) => Self {
                status: Some(response.status()),
                length: response.data().len(),
                shown: personal.then_some(response.data()),
            },
            Err(_) => Self { status: None, length: reply.len(), shown: None },
        }
    }

    /// The status word; `None` when the reply is too short to have one.
    #[must_use]
    pub const fn status(&self) -> Option<StatusWord> {
        self.status
    }

    /// The number of bytes before the status word.
    #[must_use]
    pub const fn length(&self) -> usize {
        self.length
    }

    /// The bytes before the status word, when printing personal data.
    #[must_use]
    pub const fn shown(&self) -> Option<&'a [u8]> {
        self.shown
    }
}

/// Where events go.
pub trait TraceSink {
    /// Takes one event.
    fn event(&mut self, event: &TraceEvent<'_>);
}

impl<F: FnMut(&TraceEvent<'_>)> TraceSink for F {
    fn event(&mut self, event: &TraceEvent<'_>) {
        self(event);
    }
}

/// Tells a sink of everything that goes through; around a [`Transport`] on the host's side, or around a [`CardSide`].
///
/// On the card's side the bytes alone are known: a command is secret there by its instruction only, not by having been
/// marked with [`Command::secret`].
pub struct Traced<T, S, K> {
    inner: T,
    sink: S,
    clock: K,
    index: u64,
    personal: bool,
}

impl<T, S: TraceSink, K: FnMut() -> Duration> Traced<T, S, K> {
    /// Tells `sink` of everything; `clock` is the time since any fixed moment.
    pub const fn new(inner: T, clock: K, sink: S) -> Self {
        Self { inner, sink, clock, index: 0, personal: false }
    }

    /// Also shows the data of open commands and of all replies: names, addresses, numbers, certificates. For work on
    /// test cards. Secret commands stay unseen.
    #[must_use]
    pub fn printing_personal_data(mut self) -> Self {
        self.personal = true;
        self
    }

    /// What is wrapped.
    pub const fn inner(&self) -> &T {
        &self.inner
    }

    /// What is wrapped, to change.
    pub const fn inner_mut(&mut self) -> &mut T {
        &mut self.inner
    }

    /// Unwraps.
    pub fn into_inner(self) -> T {
        self.inner
    }

    fn tell(&mut self, since: Duration, what: Happening<'_>) {
        let elapsed = (self.clock)().saturating_sub(since);
        self.sink.event(&TraceEvent { index: self.index, elapsed, what });
        self.index = self.index.wrapping_add(1);
    }
}

fn told(outcome: &Result<(), Error>) -> Result<(), &Error> {
    outcome.as_ref().copied()
}

impl<T: Transport, S: TraceSink, K: FnMut() -> Duration> Transport for Traced<T, S, K> {
    fn transmit(&mut self, command: &Command<'_>, reply: &mut Reply) -> Result<(), Error> {
        let since = (self.clock)();
        let outcome = self.inner.transmit(command, reply);
        let received = match &outcome {
            Ok(()) => Ok(Received::of(reply.bytes(), self.personal)),
            Err(error) => Err(error),
        };
        self.tell(since, Happening::Exchange(Sent::of(command, self.personal), received));
        outcome
    }

    fn begin(&mut self) -> Result<(), Error> {
        let since = (self.clock)();
        let outcome = self.inner.begin();
        self.tell(since, Happening::Begin(told(&outcome)));
        outcome
    }

    fn end(&mut self, disposition: Disposition) -> Result<(), Error> {
        let since = (self.clock)();
        let outcome = self.inner.end(disposition);
        self.tell(since, Happening::End(disposition, told(&outcome)));
        outcome
    }

    fn reconnect(&mut self) -> Result<(), Error> {
        let since = (self.clock)();
        let outcome = self.inner.reconnect();
        self.tell(since, Happening::Reconnect(told(&outcome)));
        outcome
    }

    fn atr(&self) -> &[u8] {
        self.inner.atr()
    }

    fn carries_extended(&self) -> bool {
        self.inner.carries_extended()
    }
}

impl<C: CardSide, S: TraceSink, K: FnMut() -> Duration> CardSide for Traced<C, S, K> {
    fn respond(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        let since = (self.clock)();
        let answer = self.inner.respond(command);
        let sent = Command::parse(command)
            .map_or_else(|_| Sent::malformed(), |command| Sent::of(&command, self.personal));
        let received = match &answer {
            Some(reply) => Ok(Received::of(reply, self.personal)),
            None => Err(&Error::CardRemoved),
        };
        self.tell(since, Happening::Exchange(sent, received));
        answer
    }

    fn power(&mut self, event: PowerEvent) {
        let since = (self.clock)();
        self.inner.power(event);
        self.tell(since, Happening::Power(event));
    }

    fn atr(&self) -> Vec<u8> {
        self.inner.atr()
    }
}

impl<T, S, K> fmt::Debug for Traced<T, S, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Traced").field("index", &self.index).finish_non_exhaustive()
    }
}

impl fmt::Display for TraceEvent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>4}  ", self.index)?;
        match &self.what {
            Happening::Exchange(sent, Ok(received)) => write!(f, "{sent} -> {received}")?,
            Happening::Exchange(sent, Err(error)) => write!(f, "{sent} -> {error}")?,
            Happening::Begin(outcome) => write!(f, "begin{}", After(outcome))?,
            Happening::End(disposition, outcome) => write!(f, "end {disposition:?}{}", After(outcome))?,
            Happening::Reconnect(outcome) => write!(f, "reconnect{}", After(outcome))?,
            Happening::Power(event) => write!(f, "power {event:?}")?,
        }
        write!(f, "  {}.{:03} ms", self.elapsed.as_millis(), self.elapsed.subsec_micros() % 1000)
    }
}

struct After<'a>(&'a Result<(), &'a Error>);

impl fmt::Display for After<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Ok(()) => Ok(()),
            Err(error) => write!(f, " -> {error}"),
        }
    }
}

impl fmt::Display for Sent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some([class, instruction, p1, p2]) = self.header else {
            return f.write_str("bytes that are not a command");
        };
        write!(f, "{class:02X} {instruction:02X} {p1:02X} {p2:02X}")?;
        if let Some(name) = Instruction(instruction).name() {
            write!(f, " {name}")?;
        }
        match (self.length, self.shown) {
            (None, _) => f.write_str(" <secret>")?,
            (Some(0), _) => {}
            (Some(length), None) => write!(f, " [{length}]")?,
            (Some(length), Some(data)) => write!(f, " [{length}] {}", Hex(data))?,
        }
        if let Some(le) = self.expected {
            write!(f, " Le={}", le.get())?;
        }
        Ok(())
    }
}

impl fmt::Display for Received<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(status) = self.status else {
            return write!(f, "{} bytes, no status word", self.length);
        };
        write!(f, "{:04X}", status.0)?;
        match (self.length, self.shown) {
            (0, _) => Ok(()),
            (length, None) => write!(f, " [{length}]"),
            (length, Some(data)) => write!(f, " [{length}] {}", Hex(data)),
        }
    }
}

struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

#[cfg(test)]
#[path = "traced_tests.rs"]
mod tests;
