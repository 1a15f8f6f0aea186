//! The lies of the catalogue: each a small type, told the same way every time.

use mynumber_apdu::StatusWord;

use super::{Asked, Kind, Lie};
use crate::card::{Power, VirtualCard};
use crate::image::Image;

/// A status word alone.
fn word(word: u16) -> Vec<u8> {
    word.to_be_bytes().to_vec()
}

/// Data and a status word.
fn reply(mut data: Vec<u8>, status: u16) -> Vec<u8> {
    data.extend(status.to_be_bytes());
    data
}

/// The data of a reply, when it says that all is well.
fn good_data(honest: &[u8]) -> Option<&[u8]> {
    let (data, status) = honest.split_last_chunk::<2>()?;
    (StatusWord(u16::from_be_bytes(*status)) == StatusWord::SUCCESS).then_some(data)
}

/// Which commands are lied to.
#[derive(Clone, Copy)]
pub(super) enum On {
    Any,
    Only(&'static [Kind]),
}

impl On {
    pub(super) const READ: Self = Self::Only(&[Kind::Read, Kind::ReadWhole]);
    pub(super) const SELECT: Self = Self::Only(&[Kind::Select]);
    pub(super) const ASK: Self = Self::Only(&[Kind::AskTries]);
    pub(super) const VERIFY: Self = Self::Only(&[Kind::Verify]);
    pub(super) const PIN: Self = Self::Only(&[Kind::AskTries, Kind::Verify]);
    pub(super) const SIGN: Self = Self::Only(&[Kind::Sign]);
    pub(super) const CHANGE: Self = Self::Only(&[Kind::Change]);

    fn meets(self, asked: &Asked<'_>) -> bool {
        match self {
            Self::Any => true,
            Self::Only(kinds) => kinds.contains(&asked.kind()),
        }
    }
}

/// The same bytes whatever was asked; the card behind does not hear of it.
pub(super) struct Always(pub(super) On, pub(super) &'static [u8]);

impl Lie for Always {
    fn respond(&mut self, asked: &Asked<'_>, card: &mut VirtualCard) -> Option<Vec<u8>> {
        if self.0.meets(asked) { Some(self.1.to_vec()) } else { card.respond(asked.bytes()) }
    }
}

/// The card does what it is told, and this is all that is heard of it.
pub(super) struct Mumbles(pub(super) On, pub(super) &'static [u8]);

impl Lie for Mumbles {
    fn respond(&mut self, asked: &Asked<'_>, card: &mut VirtualCard) -> Option<Vec<u8>> {
        let honest = card.respond(asked.bytes())?;
        Some(if self.0.meets(asked) { self.1.to_vec() } else { honest })
    }
}

/// So many data bytes and `9000`.
pub(super) struct Floods(pub(super) On, pub(super) usize);

impl Lie for Floods {
    fn respond(&mut self, asked: &Asked<'_>, card: &mut VirtualCard) -> Option<Vec<u8>> {
        if self.0.meets(asked) {
            Some(reply(vec![0x41; self.1], 0x9000))
        } else {
            card.respond(asked.bytes())
        }
    }
}

/// "More data" to every read and every GET RESPONSE, each time with so many bytes.
pub(super) struct MoreForEver {
    pub(super) on: On,
    pub(super) data: usize,
    pub(super) word: u16,
    /// How many GET RESPONSE are told so; the next gets `last` bytes and `9000`.
    pub(super) rounds: Option<u32>,
    pub(super) last: usize,
    pub(super) asked: u32,
}

impl MoreForEver {
    pub(super) const fn new(on: On, data: usize, word: u16) -> Self {
        Self { on, data, word, rounds: None, last: 0, asked: 0 }
    }
}

impl Lie for MoreForEver {
    fn respond(&mut self, asked: &Asked<'_>, card: &mut VirtualCard) -> Option<Vec<u8>> {
        if asked.kind() != Kind::More {
            self.asked = 0;
            return if self.on.meets(asked) {
                Some(reply(vec![0x30; self.data], self.word))
            } else {
                card.respond(asked.bytes())
            };
        }
        self.asked = self.asked.saturating_add(1);
        if self.rounds.is_some_and(|rounds| self.asked > rounds) {
            return Some(reply(vec![0x30; self.last], 0x9000));
        }
        Some(reply(vec![0x30; self.data], self.word))
    }

    fn power(&mut self, _: Power) {
        self.asked = 0;
    }
}

/// "Wrong length, take this one", each time another one.
pub(super) struct WrongLength(pub(super) On, pub(super) u8);

impl Lie for WrongLength {
    fn respond(&mut self, asked: &Asked<'_>, card: &mut VirtualCard) -> Option<Vec<u8>> {
        if !self.0.meets(asked) && asked.kind() != Kind::More {
            return card.respond(asked.bytes());
        }
        self.1 = self.1.checked_add(1).unwrap_or(1);
        Some(vec![0x6C, self.1])
    }
}

/// Reads give no more than so many bytes at a time, with `9000`; 0 bytes from `from` on.
pub(super) struct Drips {
    pub(super) most: usize,
    pub(super) dry_from: usize,
}

impl Lie for Drips {
    fn respond(&mut self, asked: &Asked<'_>, card: &mut VirtualCard) -> Option<Vec<u8>> {
        let honest = card.respond(asked.bytes())?;
        if asked.kind() != Kind::Read {
            return Some(honest);
        }
        let Some(data) = good_data(&honest) else { return Some(honest) };
        let most = if asked.offset() >= self.dry_from { 0 } else { self.most };
        Some(reply(data.iter().copied().take(most).collect(), 0x9000))
    }
}

/// The first bytes of every file read are these.
pub(super) struct Header(pub(super) &'static [u8]);

impl Lie for Header {
    fn respond(&mut self, asked: &Asked<'_>, card: &mut VirtualCard) -> Option<Vec<u8>> {
        let mut honest = card.respond(asked.bytes())?;
        if asked.kind() == Kind::Read && asked.offset() == 0 && good_data(&honest).is_some() {
            let room = honest.len().saturating_sub(2);
            for (to, from) in honest.iter_mut().take(room).zip(self.0) {
                *to = *from;
            }
        }
        Some(honest)
    }
}

/// The first read gives so many bytes of the file as it is; from the next one on the file has another length.
pub(super) struct Resizes {
    first: usize,
    by: Resized,
    /// The current file was begun.
    begun: bool,
}

/// How a file changes its length.
#[derive(Clone, Copy)]
pub(super) enum Resized {
    /// It ends here.
    Ends(usize),
    /// So many bytes come to stand before its last ones, and its first bytes tell.
    Grows(u8),
}

impl Resizes {
    pub(super) const fn new(first: usize, by: Resized) -> Self {
        Self { first, by, begun: false }
    }

    fn later(&self, asked: &Asked<'_>, data: &[u8]) -> Vec<u8> {
        match self.by {
            Resized::Ends(end) => match end.saturating_sub(asked.offset()) {
                0 => word(0x6B00),
                room => reply(data.iter().copied().take(room).collect(), 0x9000),
            },
            Resized::Grows(by) if asked.offset() == 0 => {
                let mut data = data.to_vec();
                // The last byte of a length of two.
                if let Some([.., 0x82, _, low] | [_, 0x82, _, low, ..]) = data.first_chunk_mut::<5>() {
                    *low = low.wrapping_add(by);
                }
                reply(data, 0x9000)
            }
            Resized::Grows(by) => {
                let more = std::iter::repeat_n(0x41, usize::from(by));
                reply(more.chain(data.iter().copied()).take(asked.room()).collect(), 0x9000)
            }
        }
    }
}

impl Lie for Resizes {
    fn respond(&mut self, asked: &Asked<'_>, card: &mut VirtualCard) -> Option<Vec<u8>> {
        let honest = card.respond(asked.bytes())?;
        let names_a_file = asked.command().is_some_and(|command| command.p1() & 0x80 != 0);
        match asked.kind() {
            Kind::Select => self.begun = false,
            Kind::Read => {
                let first = !std::mem::replace(&mut self.begun, true) || names_a_file;
                let Some(data) = good_data(&honest) else { return Some(honest) };
                return Some(match first {
                    true => reply(data.iter().copied().take(self.first).collect(), 0x9000),
                    false => self.later(asked, data),
                });
            }
            _ => {}
        }
        Some(honest)
    }

    fn power(&mut self, _: Power) {
        self.begun = false;
    }
}

/// Each status word in its turn, from this one on and round for ever; the card behind does not hear of it.
#[derive(Clone, Debug)]
pub struct EveryStatus {
    kind: Option<Kind>,
    next: u16,
}

impl EveryStatus {
    /// To commands of this kind, or to all of them; `first` is the first word.
    #[must_use]
    pub const fn new(kind: Option<Kind>, first: u16) -> Self {
        Self { kind, next: first }
    }
}

impl Lie for EveryStatus {
    fn respond(&mut self, asked: &Asked<'_>, card: &mut VirtualCard) -> Option<Vec<u8>> {
        if self.kind.is_some_and(|kind| kind != asked.kind()) {
            return card.respond(asked.bytes());
        }
        let now = self.next;
        self.next = now.wrapping_add(1);
        Some(word(now))
    }
}

/// What is read comes with this word in the place of `9000`.
pub(super) struct Warns(pub(super) u16);

impl Lie for Warns {
    fn respond(&mut self, asked: &Asked<'_>, card: &mut VirtualCard) -> Option<Vec<u8>> {
        let honest = card.respond(asked.bytes())?;
        match good_data(&honest) {
            Some(data) if On::READ.meets(asked) => Some(reply(data.to_vec(), self.0)),
            _ => Some(honest),
        }
    }
}

/// The counter says 63C0, 63C1 and so on up to 63CF, question by question.
pub(super) struct Counts(pub(super) u8);

impl Lie for Counts {
    fn respond(&mut self, asked: &Asked<'_>, card: &mut VirtualCard) -> Option<Vec<u8>> {
        if asked.kind() != Kind::AskTries {
            return card.respond(asked.bytes());
        }
        let now = self.0;
        self.0 = now.wrapping_add(1) & 0x0F;
        Some(vec![0x63, 0xC0 | now])
    }
}

/// Every PIN is wrong, and is counted.
pub(super) struct RightIsWrong;

impl Lie for RightIsWrong {
    fn respond(&mut self, asked: &Asked<'_>, card: &mut VirtualCard) -> Option<Vec<u8>> {
        if asked.kind() != Kind::Verify {
            return card.respond(asked.bytes());
        }
        let mut bytes = zeroize::Zeroizing::new(asked.bytes().to_vec());
        *bytes.last_mut()? ^= 0x01;
        card.respond(&bytes)
    }
}

/// As [`RightIsWrong`], and the counter always says that all tries are left.
pub(super) struct CountsDownInSecret;

impl Lie for CountsDownInSecret {
    fn respond(&mut self, asked: &Asked<'_>, card: &mut VirtualCard) -> Option<Vec<u8>> {
        let mut honest = RightIsWrong.respond(asked, card)?;
        if On::PIN.meets(asked)
            && let [0x63, counter] = honest.as_mut_slice()
        {
            *counter = 0xC3;
        }
        Some(honest)
    }
}

/// An application that answers to the name, and nothing in it is as it should be.
pub(super) struct AnotherCard;

impl Lie for AnotherCard {
    fn respond(&mut self, asked: &Asked<'_>, card: &mut VirtualCard) -> Option<Vec<u8>> {
        match asked.kind() {
            Kind::Select => {
                let _ = card.respond(asked.bytes())?;
                Some(word(0x9000))
            }
            Kind::Read => {
                let honest = card.respond(asked.bytes())?;
                let Some(data) = good_data(&honest) else { return Some(honest) };
                let text = b"ANOTHER CARD    ".iter().copied().cycle();
                Some(reply(text.take(data.len()).collect(), 0x9000))
            }
            Kind::AskTries | Kind::Verify => Some(word(0x6A88)),
            _ => Some(word(0x6D00)),
        }
    }
}

/// The signature is altered: cut or lengthened to so many bytes, or one bit of it is turned over.
pub(super) enum Signature {
    Length(i8),
    Flipped,
}

impl Lie for Signature {
    fn respond(&mut self, asked: &Asked<'_>, card: &mut VirtualCard) -> Option<Vec<u8>> {
        let honest = card.respond(asked.bytes())?;
        let Some(data) = good_data(&honest).filter(|_| asked.kind() == Kind::Sign) else {
            return Some(honest);
        };
        let mut data = data.to_vec();
        match self {
            Self::Length(by) if *by < 0 => {
                data.truncate(data.len().saturating_sub(usize::from(by.unsigned_abs())));
            }
            Self::Length(by) => data.extend(std::iter::repeat_n(0x00, usize::from(by.unsigned_abs()))),
            Self::Flipped => {
                let Some(byte) = data.get_mut(100) else { return Some(honest) };
                *byte ^= 0x10;
            }
        }
        Some(reply(data, 0x9000))
    }
}

/// An honest card on which something else is written.
pub(super) struct Written(pub(super) fn(&mut Image));

impl Lie for Written {
    fn shape(&self, image: &mut Image) {
        (self.0)(image);
    }
}

/// Another answer to reset.
pub(super) struct Atr(pub(super) &'static [u8]);

impl Lie for Atr {
    fn atr(&self, _: &VirtualCard) -> Vec<u8> {
        self.0.to_vec()
    }
}

/// Selecting goes well, and nothing else is known.
pub(super) struct SelectsOnly;

impl Lie for SelectsOnly {
    fn respond(&mut self, asked: &Asked<'_>, card: &mut VirtualCard) -> Option<Vec<u8>> {
        if asked.kind() != Kind::Select {
            return Some(word(0x6D00));
        }
        let _ = card.respond(asked.bytes())?;
        Some(word(0x9000))
    }
}
