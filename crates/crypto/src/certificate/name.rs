//! Distinguished names.

use super::{Error, ErrorKind, Field, comparison};
use crate::asn1::der::{self, Der, SEQUENCE, SET};
use crate::asn1::{Object, Oid};
use core::fmt::{self, Write};
use mynumber_apdu::tlv::{Reader, Tag, Tlv};

/// Attribute types of distinguished names that JPKI uses (RFC 5280 appendix A.1).
pub mod attribute {
    use crate::asn1::Oid;

    /// C: country.
    pub const COUNTRY: Oid<'static> = Oid::known(&[0x55, 0x04, 0x06]);
    /// L: locality.
    pub const LOCALITY: Oid<'static> = Oid::known(&[0x55, 0x04, 0x07]);
    /// O: organisation.
    pub const ORGANIZATION: Oid<'static> = Oid::known(&[0x55, 0x04, 0x0A]);
    /// OU: organisational unit.
    pub const ORGANIZATIONAL_UNIT: Oid<'static> = Oid::known(&[0x55, 0x04, 0x0B]);
    /// CN: common name.
    pub const COMMON_NAME: Oid<'static> = Oid::known(&[0x55, 0x04, 0x03]);
}

/// A distinguished name: the bytes, checked once for their shape.
///
/// Two names are equal when their bytes are, which is how the authorities of JPKI copy them. [`Name::matches`] compares
/// as RFC 5280 §7.1 says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Name<'a> {
    raw: &'a [u8],
    rdns: &'a [u8],
}

/// The most attributes of one name; JPKI uses up to six.
const MAX_ATTRIBUTES: usize = 32;

impl<'a> Name<'a> {
    /// Reads the name that `der` is: one, and nothing after it.
    ///
    /// # Errors
    /// [`Error`] with the position.
    pub fn from_der(der: &'a [u8]) -> Result<Self, Error> {
        let mut reader = Der::new(Object::Certificate, Field::Subject, der, 0);
        let name = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(name)
    }

    /// Reads the next element of `der` as a name.
    pub(crate) fn read(der: &mut Der<'a>) -> Result<Self, Error> {
        let element = der.read(SEQUENCE)?;
        Self::from_element(der, element)
    }

    /// Reads `element` as a name; its own tag may be an implicit one.
    pub(crate) fn from_element(der: &Der<'a>, element: Tlv<'a>) -> Result<Self, Error> {
        if !are_plain(element.value()) {
            Self::check(der.inside(element)?)?;
        }
        Ok(Self { raw: element.raw(), rdns: element.value() })
    }

    /// Reads all attributes, whatever they look like.
    #[inline(never)]
    fn check(mut rdns: Der<'a>) -> Result<(), Error> {
        let mut count = 0;
        while !rdns.is_empty() {
            let mut rdn = rdns.enter(SET)?;
            let mut last: &[u8] = &[];
            loop {
                count += 1;
                let element = rdn.read(SEQUENCE)?;
                // X.690 §11.6: the elements of a SET OF in ascending order; an attribute may not stand twice.
                if !last.is_empty() && element.raw() <= last {
                    return Err(rdn.fault(ErrorKind::Order));
                }
                last = element.raw();
                let mut attribute = rdn.inside(element)?;
                attribute.oid()?;
                let before = attribute;
                let value = attribute.next()?.ok_or_else(|| before.fault(ErrorKind::Text))?;
                attribute.finish()?;
                if is_text(value.tag()) && !der::is_text(value.tag(), value.value()) {
                    return Err(before.fault(ErrorKind::Text));
                }
                if count > MAX_ATTRIBUTES {
                    return Err(before.fault(ErrorKind::TooLong));
                }
                if rdn.is_empty() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// A name of the tables of this crate, whose shape a test checks: a length of one or two bytes.
    pub(crate) const fn known(raw: &'a [u8]) -> Self {
        let rdns = match raw {
            [0x30, 0x81, _, rdns @ ..] | [0x30, _, rdns @ ..] => rdns,
            _ => &[],
        };
        Self { raw, rdns }
    }

    /// Whether both are one name by RFC 5280 §7.1: the same attributes in the same order, texts compared without regard
    /// to case, to the string type, and to the number of spaces. Texts are not normalised any further, so two names
    /// that differ in how their characters are composed do not match.
    #[must_use]
    pub fn matches(&self, other: &Name<'_>) -> bool {
        self.rdns == other.rdns || comparison::same(self.rdns, other.rdns)
    }

    /// Whether this name is `base` or stands below it in the directory, compared as [`Name::matches`] does; `None` where
    /// that cannot be told for a string type that is not read here.
    pub(crate) fn begins_with(&self, base: &Name<'_>) -> Option<bool> {
        comparison::begins_with(self.rdns, base.rdns)
    }

    /// The name as it stands in the certificate, tag and length included.
    #[must_use]
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// Whether the name has no attributes.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rdns.is_empty()
    }

    /// The attributes in the order of the certificate.
    #[must_use]
    pub const fn attributes(&self) -> Attributes<'a> {
        Attributes { rdns: Reader::new(self.rdns), rdn: Reader::new(&[]) }
    }

    /// The texts of the attributes of this type, in the order of the certificate.
    pub fn all(&self, kind: Oid<'static>) -> impl Iterator<Item = &'a str> + use<'a> {
        self.attributes()
            .filter(move |attribute| attribute.kind() == kind)
            .filter_map(|attribute| attribute.text())
    }

    /// The common name (CN), if there is one.
    #[must_use]
    pub fn common_name(&self) -> Option<&'a str> {
        self.all(attribute::COMMON_NAME).next()
    }

    /// The organisation (O), if there is one.
    #[must_use]
    pub fn organization(&self) -> Option<&'a str> {
        self.all(attribute::ORGANIZATION).next()
    }
}

/// Whether `rdns` is what nearly all names are made of, so that it need not be taken apart: attributes by themselves, with
/// a type of three bytes and a sound text, all lengths of one byte.
fn are_plain(mut rdns: &[u8]) -> bool {
    for _ in 0..MAX_ATTRIBUTES {
        let [0x31, set @ 0..=0x7F, 0x30, sequence, 0x06, 3, a, b, c, tag, length, after @ ..] = rdns else {
            break;
        };
        let (length, tag) = (usize::from(*length), Tag(u32::from(*tag)));
        let fits = usize::from(*set) == length + 9 && usize::from(*sequence) == length + 7;
        let Some((value, next)) = after.split_at_checked(length) else { break };
        if !fits || (a | b | c) & 0x80 != 0 || !is_text(tag) || !der::is_text(tag, value) {
            break;
        }
        rdns = next;
    }
    rdns.is_empty()
}

fn is_text(tag: Tag) -> bool {
    [der::UTF8_STRING, der::PRINTABLE_STRING, der::IA5_STRING].contains(&tag)
}

/// Writes `C=JP, O=…`, first attribute first. The signs that RFC 4514 §2.4 gives a meaning have a backslash before them, so
/// that no text looks like two attributes; whatever could steer a terminal or hide is written as `\u{…}`.
impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, attribute) in self.attributes().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            match attribute.kind() {
                attribute::COUNTRY => f.write_str("C=")?,
                attribute::LOCALITY => f.write_str("L=")?,
                attribute::ORGANIZATION => f.write_str("O=")?,
                attribute::ORGANIZATIONAL_UNIT => f.write_str("OU=")?,
                attribute::COMMON_NAME => f.write_str("CN=")?,
                other => write!(f, "{other}=")?,
            }
            match attribute.text() {
                Some(text) => text.chars().try_for_each(|c| escaped(f, c))?,
                None => attribute.value().iter().try_for_each(|byte| write!(f, "{byte:02X}"))?,
            }
        }
        Ok(())
    }
}

fn escaped(f: &mut fmt::Formatter<'_>, c: char) -> fmt::Result {
    match c {
        ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=' => write!(f, "\\{c}"),
        // Soft hyphen, fillers, invisible and bidirectional controls, tags.
        '\u{AD}'
        | '\u{61C}'
        | '\u{115F}'..='\u{1160}'
        | '\u{17B4}'..='\u{17B5}'
        | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}'
        | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{3164}'
        | '\u{FEFF}'
        | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}'
        | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}' => write!(f, "{}", c.escape_unicode()),
        _ if c.is_control() => write!(f, "{}", c.escape_unicode()),
        _ => f.write_char(c),
    }
}

impl fmt::Debug for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({self})")
    }
}

/// One attribute of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute<'a> {
    kind: Oid<'a>,
    tag: Tag,
    value: &'a [u8],
}

impl<'a> Attribute<'a> {
    /// Its type; see [`attribute`].
    #[must_use]
    pub const fn kind(&self) -> Oid<'a> {
        self.kind
    }

    /// The tag of its value: `0C` UTF8String, `13` PrintableString, `16` IA5String, or another.
    #[must_use]
    pub const fn tag(&self) -> Tag {
        self.tag
    }

    /// The content bytes of its value.
    #[must_use]
    pub const fn value(&self) -> &'a [u8] {
        self.value
    }

    /// Its text, if it is of one of the three string types that this crate reads.
    #[must_use]
    pub fn text(&self) -> Option<&'a str> {
        der::text(self.tag, self.value)
    }
}

/// The attributes of a name, one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Attributes<'a> {
    rdns: Reader<'a>,
    rdn: Reader<'a>,
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Attribute<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rdn.is_empty() {
            let set = self.rdns.next_element().ok()??;
            self.rdn = self.rdns.enter(set).ok()?;
        }
        let attribute = self.rdn.next_element().ok()??;
        let mut inside = Der::new(Object::Certificate, Field::Subject, attribute.value(), 0);
        let kind = inside.oid().ok()?;
        let value = inside.next().ok()??;
        Some(Attribute { kind, tag: value.tag(), value: value.value() })
    }
}
