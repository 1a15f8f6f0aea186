//! What a card may do with its secrets, written from what is published about the card and from nothing else: no room of
//! this workspace is named here, so that a mistake of theirs is not repeated.
//!
//! It follows what the card says of selections, which are nobody's secret, and predicts everything that has to do with
//! lockout: who is asked, what a try costs, what opens what, and what ends it.

/// An application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum App {
    /// 公的個人認証.
    Jpki,
    /// 券面事項入力補助.
    InputAssist,
    /// 券面事項確認.
    CardFace,
    /// 住民基本台帳.
    Juki,
    /// 共通カード.
    Common,
}

/// The names, the card manager's first: a beginning of a name selects the first that fits.
const NAMES: [(Option<App>, &[u8]); 6] = [
    (None, b"\xA0\x00\x00\x01\x51\x00\x00"),
    (Some(App::Jpki), b"\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01"),
    (Some(App::InputAssist), b"\xD3\x92\x10\x00\x31\x00\x01\x01\x04\x08"),
    (Some(App::CardFace), b"\xD3\x92\x10\x00\x31\x00\x01\x01\x04\x02"),
    (Some(App::Juki), b"\xD3\x92\x10\x00\x31\x00\x01\x01\x04\x01"),
    (Some(App::Common), b"\xD3\x92\x10\x00\x31\x00\x01\x01\x01\x00"),
];

impl App {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static [u8] {
        NAMES.iter().find(|(app, _)| *app == Some(self)).map_or(&[], |(_, name)| name)
    }
}

/// Files that only these secrets open; any one of them does.
const LOCKED: [(App, u16, &[u16]); 11] = [
    (App::Jpki, 0x01, &[0x1B]),
    (App::Jpki, 0x09, &[]),
    (App::InputAssist, 0x01, &[0x11, 0x14]),
    (App::InputAssist, 0x02, &[0x11, 0x15]),
    (App::InputAssist, 0x03, &[0x11, 0x14, 0x15]),
    (App::InputAssist, 0x06, &[0x11, 0x14, 0x15]),
    (App::InputAssist, 0x07, &[0x11, 0x14, 0x15]),
    (App::CardFace, 0x01, &[0x11]),
    (App::CardFace, 0x02, &[0x12, 0x13]),
    (App::CardFace, 0x05, &[0x13]),
    (App::CardFace, 0x06, &[0x12, 0x13]),
];

/// Keys that sign, and the secrets that they want.
const KEYS: [(App, u16, u16); 2] = [(App::Jpki, 0x17, 0x18), (App::Jpki, 0x1A, 0x1B)];

/// A secret as the card was given it.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// Where it lies.
    pub app: App,
    /// Its file.
    pub ef: u16,
    /// Its value.
    pub value: &'a [u8],
    /// Its tries.
    pub limit: u8,
}

#[derive(Clone, Debug)]
struct Secret {
    app: App,
    ef: u16,
    first: Vec<u8>,
    value: Vec<u8>,
    limit: u8,
    left: u8,
    verified: bool,
}

impl Secret {
    /// The class, instruction and `P1` that change it.
    const fn change(&self) -> Option<(u8, u8, u8)> {
        match (self.app, self.ef) {
            (App::Jpki, 0x18 | 0x1B) | (App::InputAssist, 0x11) => Some((0x00, 0x24, 0x01)),
            (App::Juki | App::Common, 0x1C) => Some((0x80, 0x32, 0x00)),
            _ => None,
        }
    }

    /// Whether the card takes it as a new value.
    fn takes(&self, value: &[u8]) -> bool {
        if (self.app, self.ef) == (App::Jpki, 0x1B) {
            return (6..=16).contains(&value.len())
                && value.iter().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9'))
                && value.iter().any(u8::is_ascii_digit)
                && value.iter().any(u8::is_ascii_uppercase);
        }
        value.len() == 4 && value.iter().all(u8::is_ascii_digit)
    }
}

/// A command taken apart (ISO 7816-4 §5.1).
struct Parts<'a> {
    class: u8,
    instruction: u8,
    p1: u8,
    p2: u8,
    data: &'a [u8],
    has_le: bool,
}

impl<'a> Parts<'a> {
    fn of(command: &'a [u8]) -> Option<Self> {
        let (&[class, instruction, p1, p2], rest) = command.split_first_chunk()?;
        let (data, has_le) = match rest {
            [] => (&[][..], false),
            [_] => (&[][..], true),
            [0, _, _] => (&[][..], true),
            [0, high, low, rest @ ..] => body(rest, u16::from_be_bytes([*high, *low]), 2)?,
            [length, rest @ ..] => body(rest, u16::from(*length), 1)?,
        };
        Some(Self { class, instruction, p1, p2, data, has_le })
    }
}

/// The data of this length and whether an expected length of `le` bytes follows.
fn body(rest: &[u8], length: u16, le: usize) -> Option<(&[u8], bool)> {
    let (data, tail) = rest.split_at_checked(usize::from(length))?;
    (length > 0 && (tail.is_empty() || tail.len() == le)).then_some((data, !tail.is_empty()))
}

/// What is true of the card.
#[derive(Clone, Debug)]
pub struct Model {
    secrets: Vec<Secret>,
    app: Option<App>,
    current: Option<u16>,
}

/// A promise that was broken.
type Broken = Result<(), String>;

fn must(holds: bool, what: &str) -> Broken {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}

impl Model {
    /// A new card with these secrets, powered.
    #[must_use]
    pub fn new(given: &[Given<'_>]) -> Self {
        let secret = |given: &Given<'_>| Secret {
            app: given.app,
            ef: given.ef,
            first: given.value.to_vec(),
            value: given.value.to_vec(),
            limit: given.limit,
            left: given.limit,
            verified: false,
        };
        Self { secrets: given.iter().map(secret).collect(), app: None, current: None }
    }

    /// The tries left, in the order in which the secrets were given.
    pub fn tries(&self) -> impl Iterator<Item = u8> {
        self.secrets.iter().map(|secret| secret.left)
    }

    /// A secret by its place in that order: application, file and present value.
    #[must_use]
    pub fn secret(&self, index: usize) -> Option<(App, u16, &[u8])> {
        self.secrets.get(index).map(|secret| (secret.app, secret.ef, secret.value.as_slice()))
    }

    /// The power goes off and on.
    pub fn power_cycle(&mut self) {
        self.enter(None);
    }

    /// The issuer sets every secret anew.
    pub fn reissue(&mut self) {
        for secret in &mut self.secrets {
            secret.left = secret.limit;
            secret.value.clone_from(&secret.first);
        }
        self.power_cycle();
    }

    /// One exchange.
    ///
    /// # Errors
    /// The reply breaks a rule.
    pub fn observe(&mut self, command: &[u8], reply: &[u8]) -> Broken {
        let Some(word) = reply.last_chunk().copied().map(u16::from_be_bytes) else {
            return Err("a reply without a status word".to_owned());
        };
        let Some(parts) = Parts::of(command) else {
            return must(word != 0x9000, "bytes that are no command succeeded");
        };
        match (parts.class, parts.instruction) {
            (0x00, 0xA4) => self.select(&parts, word),
            (0x00, 0x20) => self.verify(&parts, word),
            (0x00, 0x24) | (0x80, 0x32) => self.change(&parts, word),
            (0x00, 0xB0) => self.read(&parts, word),
            (0x00, 0xB2) => {
                self.follow_record(&parts, word);
                Ok(())
            }
            (0x80, 0x2A) => self.sign(&parts, word),
            (0x00, 0x88) => self.internal_authenticate(&parts, word),
            _ => Ok(()),
        }
    }

    /// Another application, or the card manager, ends what was verified; the same application does not.
    fn enter(&mut self, app: Option<App>) {
        if app.is_none() || app != self.app {
            self.secrets.iter_mut().for_each(|secret| secret.verified = false);
        }
        self.app = app;
        self.current = None;
    }

    fn select(&mut self, parts: &Parts<'_>, word: u16) -> Broken {
        let target = NAMES.iter().find(|(_, name)| name.starts_with(parts.data)).map(|(app, _)| *app);
        match (parts.p1, word) {
            (0x04, 0x9000) => {
                let app = target.ok_or("an application that does not exist was selected")?;
                self.enter(app);
            }
            (0x04, _) if parts.p2 == 0x0C => must(target.is_none(), "an application was refused")?,
            (0x02, 0x9000) => self.current = parts.data.first_chunk().copied().map(u16::from_be_bytes),
            _ => {}
        }
        Ok(())
    }

    /// The file that `P2` means: the current one, or by short identifier.
    fn file(&self, p2: u8) -> Option<u16> {
        match p2 {
            0x80 => self.current,
            0x81..=0x9E => Some(u16::from(p2 & 0x1F)),
            _ => None,
        }
    }

    /// A short identifier makes its file the current one, where there is such a file.
    fn follow(&mut self, reference: u8, there: bool) {
        if there && (0x81..=0x9E).contains(&reference) && self.app.is_some() {
            self.current = Some(u16::from(reference & 0x1F));
        }
    }

    fn find(&self, ef: Option<u16>) -> Option<usize> {
        let (app, ef) = (self.app?, ef?);
        self.secrets.iter().position(|secret| (secret.app, secret.ef) == (app, ef))
    }

    fn is_verified(&self, ef: u16) -> bool {
        self.find(Some(ef)).and_then(|at| self.secrets.get(at)).is_some_and(|secret| secret.verified)
    }

    fn verify(&mut self, parts: &Parts<'_>, word: u16) -> Broken {
        let told = word == 0x9000 || word >> 8 == 0x63;
        if parts.p1 != 0 || parts.has_le || parts.data.len() > 16 {
            return must(!told, "a malformed VERIFY was looked at");
        }
        let Some(at) = self.find(self.file(parts.p2)) else {
            self.follow(parts.p2, word == 0x6981);
            return must(!told, "a VERIFY of what is no secret was looked at");
        };
        self.follow(parts.p2, true);
        let Some(secret) = self.secrets.get_mut(at) else { return Ok(()) };
        let count = |left: u8| 0x63C0 | u16::from(left);
        if parts.data.is_empty() {
            return must(word == count(secret.left), "the question for the tries was answered wrongly");
        }
        if secret.left == 0 {
            return must(word == 0x6984, "a blocked secret was looked at");
        }
        if parts.data == secret.value {
            secret.left = secret.limit;
            secret.verified = true;
            return must(word == 0x9000, "the right value was refused");
        }
        secret.left -= 1;
        secret.verified = false;
        must(word == count(secret.left), "a wrong value was not answered by the tries left")
    }

    fn change(&mut self, parts: &Parts<'_>, word: u16) -> Broken {
        let at = self.find(self.file(parts.p2));
        self.follow(parts.p2, matches!(word, 0x9000 | 0x6982 | 0x6981 | 0x6A80));
        let form = Some((parts.class, parts.instruction, parts.p1));
        let secret = at.and_then(|at| self.secrets.get_mut(at));
        match secret.filter(|secret| secret.change() == form && secret.verified && !parts.has_le) {
            Some(secret) if secret.takes(parts.data) => {
                secret.value = parts.data.to_vec();
                secret.left = secret.limit;
                must(word == 0x9000, "a change in order was refused")
            }
            _ => must(word != 0x9000, "a change was made that may not be"),
        }
    }

    fn read(&mut self, parts: &Parts<'_>, word: u16) -> Broken {
        if !parts.data.is_empty() || !parts.has_le {
            return must(word != 0x9000, "a malformed READ BINARY succeeded");
        }
        let (reference, ef) = match parts.p1 {
            0x00..=0x7F => (0x80, self.current),
            0x81..=0x9E => (parts.p1, Some(u16::from(parts.p1 & 0x1F))),
            _ => return must(word != 0x9000, "a malformed READ BINARY succeeded"),
        };
        let there = word != 0x6A82;
        if self.find(ef).is_some() {
            self.follow(reference, there);
            return must(word != 0x9000, "a secret was read");
        }
        let locked = LOCKED.iter().find(|(app, file, _)| Some(*app) == self.app && Some(*file) == ef);
        let open = locked.is_none_or(|(_, _, by)| by.iter().any(|by| self.is_verified(*by)));
        self.follow(reference, there);
        must(word != 0x9000 || open, "a locked file was read")?;
        must(word != 0x6982 || locked.is_none() || !open, "an unlocked file was refused")
    }

    fn follow_record(&mut self, parts: &Parts<'_>, word: u16) {
        if parts.data.is_empty() && parts.has_le && parts.p2 & 0x07 == 0x04 {
            self.follow(0x80 | parts.p2 >> 3, word != 0x6A82);
        }
    }

    fn sign(&mut self, parts: &Parts<'_>, word: u16) -> Broken {
        let ef = self.file(parts.p2);
        self.follow(parts.p2, !matches!(word, 0x6A82 | 0x6A86 | 0x6D00));
        let key = KEYS.iter().find(|(app, file, _)| Some(*app) == self.app && Some(*file) == ef);
        let Some((_, _, secret)) = key else {
            let card_face = matches!(self.app, Some(App::InputAssist | App::CardFace));
            return must(word != 0x9000 || card_face, "something was signed by nobody's key");
        };
        if parts.p1 > 5 {
            return must(word == 0x6A86, "an unknown scheme of signature");
        }
        must((word == 0x6982) != self.is_verified(*secret), "the key and its secret do not agree")
    }

    fn internal_authenticate(&mut self, parts: &Parts<'_>, word: u16) -> Broken {
        if parts.p1 == 0 {
            self.follow(parts.p2, !matches!(word, 0x6A82 | 0x6A86));
        }
        must(word != 0x9000 || self.app == Some(App::Common), "a key answered that does not")
    }
}
