//! Cards that lie: named on the command line, made as copies of a card of this user, and told of at the end.

use mynumber::HostileSlot;
use mynumber::transport::{Disposition, Error as TransportError, InProcess, Reply, Transport};
use mynumber::virtual_card::hostile::{self, HostileCard, Lie};

use crate::cards::Store;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::say;
use crate::output::notice;
use crate::run::Run;

/// The name of the card that does not lie: what every other one is compared with.
pub(crate) const HONEST: &str = "honest";

struct Honest;

impl Lie for Honest {}

/// A way to lie, and from which command on.
pub(crate) struct Wanted {
    row: Option<&'static hostile::Row>,
    from: u64,
}

impl Wanted {
    /// `NAME` or `NAME@N`.
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        let (name, from) = match text.split_once('@') {
            Some((name, from)) => (name, from.parse().map_err(|_| unknown(text))?),
            None => (text, 0),
        };
        let row = hostile::find(name);
        if row.is_none() && name != HONEST {
            return Err(unknown(text));
        }
        Ok(Self { row, from })
    }

    /// This row, from the first command on; the honest card without one.
    pub(crate) const fn of(row: Option<&'static hostile::Row>) -> Self {
        Self { row, from: 0 }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.row.map_or(HONEST, |row| row.name)
    }

    /// A copy, in memory, of a card of this user. The card itself is not touched, and free again at once.
    pub(crate) fn copy(&self, run: &Run, of: &str) -> Result<HostileSlot, Failure> {
        let slot = Store::of(run)?.slot(of)?;
        let lie: Box<dyn Lie> = match self.row {
            Some(row) => row.lie(),
            None => Box::new(Honest),
        };
        let copied = HostileCard::copy_of(slot.card().image(), lie, mynumber::system_random());
        let mut card =
            copied.map_err(|error| Failure::new(Exit::BadInput, say!("{of}: {error}", "{of}: {error}")))?;
        card.lie_from(self.from);
        Ok(HostileSlot::new(card))
    }
}

fn unknown(text: &str) -> Failure {
    Failure::new(
        Exit::BadInput,
        say!("{text:?} names no card that lies", "{text:?} という名の嘘をつくカードはありません"),
    )
    .advise(say!(
        "`mynumber card hostile --list` lists them",
        "`mynumber card hostile --list` で一覧を表示できます"
    ))
}

/// Tells what was done to the card, by its own count.
pub(crate) fn tell(name: &str, slot: &HostileSlot) {
    let (ledger, unlocked) = {
        let card = slot.card();
        (card.ledger(), card.card().is_unlocked())
    };
    let state = match unlocked {
        true => say!("left unlocked", "ロックされていません"),
        false => say!("locked", "ロック済み"),
    };
    let (commands, presented, lost) = (ledger.commands, ledger.presented, ledger.lost);
    notice(&say!(
        "{name}: {commands} commands, {presented} PINs presented, {lost} tries lost, {state}",
        "{name}: 命令{commands}件、暗証番号の提示{presented}回、失われた回数{lost}回、{state}"
    ));
}

/// A card that lies, in this process; what was done to it is told at its end.
pub(crate) struct Embedded {
    name: &'static str,
    slot: HostileSlot,
    wire: InProcess<HostileSlot>,
}

impl Embedded {
    /// `NAME[@N][:PERSON]`.
    pub(crate) fn open(run: &Run, text: &str) -> Result<Self, Failure> {
        let (wanted, person) = text.split_once(':').unwrap_or((text, crate::cards::DEFAULT_PERSON));
        let wanted = Wanted::parse(wanted)?;
        let slot = wanted.copy(run, person)?;
        Ok(Self { name: wanted.name(), slot: slot.clone(), wire: InProcess::new(slot) })
    }
}

impl Transport for Embedded {
    fn transmit(
        &mut self,
        command: &mynumber::apdu::Command<'_>,
        reply: &mut Reply,
    ) -> Result<(), TransportError> {
        self.wire.transmit(command, reply)
    }

    fn begin(&mut self) -> Result<(), TransportError> {
        self.wire.begin()
    }

    fn end(&mut self, disposition: Disposition) -> Result<(), TransportError> {
        self.wire.end(disposition)
    }

    fn reconnect(&mut self) -> Result<(), TransportError> {
        self.wire.reconnect()
    }

    fn atr(&self) -> &[u8] {
        self.wire.atr()
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        tell(self.name, &self.slot);
    }
}
