//! DER that an input edits, element by element: lengths around an edit are right again, and signatures that were not
//! themselves touched are made anew. So what is wrong is wrong in one place, and what stands behind a signature check is
//! reached by what an attacker with a key could write.

use mynumber_apdu::tlv::Reader;

use crate::certificates::Key;
use crate::cms::der;

/// No edit makes the whole longer than this.
const ROOM: usize = 1 << 18;
/// The kind of edit that ends a case; the next one begins with the document as it was.
const NEXT: u8 = 0xFF;

/// An input, taken apart from the front.
#[derive(Clone, Copy, Debug)]
pub(super) struct Input<'a>(pub(super) &'a [u8]);

impl<'a> Input<'a> {
    pub(super) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// One byte, or two with the first bit set.
    fn number(&mut self) -> Option<usize> {
        match self.byte()? {
            short @ 0..=0x7F => Some(usize::from(short)),
            high => Some(usize::from(u16::from_be_bytes([high & 0x7F, self.byte()?]))),
        }
    }

    /// A number, and so many bytes.
    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?.min(self.0.len());
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }
}

/// One element.
#[derive(Clone, Debug)]
struct Node {
    /// The tag; nothing for bytes that stand as they are.
    tag: Option<u8>,
    /// Written in place of tag and length.
    header: Option<Vec<u8>>,
    /// What stands before the parts: the count of unused bits of a BIT STRING.
    lead: Vec<u8>,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Bytes(Vec<u8>),
    Parts(Vec<Node>),
}

impl Node {
    fn plain(bytes: &[u8]) -> Self {
        Self { tag: None, header: None, lead: Vec::new(), content: Content::Bytes(bytes.to_vec()) }
    }

    /// Reads elements to the end, those inside strings included.
    fn read_all(input: &[u8]) -> Option<Vec<Self>> {
        let mut reader = Reader::new(input);
        let mut nodes = Vec::new();
        while let Some(element) = reader.next_element().ok()? {
            let (raw, value) = (element.raw(), element.value());
            let tag = *raw.first()?;
            nodes.push(if tag & 0x1F == 0x1F { Self::plain(raw) } else { Self::read(tag, value) });
        }
        Some(nodes)
    }

    fn read(tag: u8, value: &[u8]) -> Self {
        let (lead, inside) = match (tag, value) {
            (0x03, [0, rest @ ..]) => (vec![0], rest),
            _ => (Vec::new(), value),
        };
        let holds = tag & 0x20 != 0 || (matches!(tag, 0x03 | 0x04) && !inside.is_empty());
        match Self::read_all(inside).filter(|_| holds) {
            Some(parts) => Self { tag: Some(tag), header: None, lead, content: Content::Parts(parts) },
            None => Self {
                tag: Some(tag),
                header: None,
                lead: Vec::new(),
                content: Content::Bytes(value.to_vec()),
            },
        }
    }

    fn inside(&self) -> Vec<u8> {
        let mut out = self.lead.clone();
        match &self.content {
            Content::Bytes(bytes) => out.extend_from_slice(bytes),
            Content::Parts(parts) => parts.iter().for_each(|part| out.extend(part.written())),
        }
        out
    }

    fn written(&self) -> Vec<u8> {
        let inside = self.inside();
        match (&self.header, self.tag) {
            (Some(header), _) => [header.as_slice(), &inside].concat(),
            (None, Some(tag)) => der(tag, &[&inside]),
            (None, None) => inside,
        }
    }

    fn parts(&mut self) -> Option<&mut Vec<Self>> {
        match &mut self.content {
            Content::Bytes(_) => None,
            Content::Parts(parts) => Some(parts),
        }
    }

    /// The content as bytes.
    fn bytes(&mut self) -> Option<&mut Vec<u8>> {
        if let Content::Parts(_) = self.content {
            self.content = Content::Bytes(self.inside());
            self.lead.clear();
        }
        match &mut self.content {
            Content::Bytes(bytes) => Some(bytes),
            Content::Parts(_) => None,
        }
    }

    /// The first part of the first part, down to bytes.
    fn first_bytes(&mut self) -> Option<&mut Vec<u8>> {
        match &mut self.content {
            Content::Bytes(bytes) => Some(bytes),
            Content::Parts(parts) => parts.first_mut()?.first_bytes(),
        }
    }
}

/// Where the element of this number is, counted from outside in and from front to back.
fn path(nodes: &[Node], left: &mut usize) -> Option<Vec<usize>> {
    for (index, node) in nodes.iter().enumerate() {
        if *left == 0 {
            return Some(vec![index]);
        }
        *left -= 1;
        if let Content::Parts(parts) = &node.content
            && let Some(mut below) = path(parts, left)
        {
            below.insert(0, index);
            return Some(below);
        }
    }
    None
}

/// The list in which the element of this number stands, and its place there.
fn find(mut nodes: &mut Vec<Node>, number: usize) -> Option<(&mut Vec<Node>, usize)> {
    let path = path(nodes, &mut { number })?;
    let (last, above) = path.split_last()?;
    for step in above {
        nodes = nodes.get_mut(*step)?.parts()?;
    }
    Some((nodes, *last))
}

/// Copies that differ in the last byte of the first thing inside, so that they are not all the same.
fn copies(node: &Node, count: u8) -> Vec<Node> {
    let count = if count < 0x80 { usize::from(count) } else { usize::from(count & 0x7F) * 16 };
    let count = count.min(ROOM / node.written().len().max(1));
    let numbered = |number: usize| {
        let mut copy = node.clone();
        if let Some(last) = copy.first_bytes().and_then(|bytes| bytes.last_mut()) {
            *last = last.wrapping_add(u8::try_from(number & 0x7F).unwrap_or_default()) & 0x7F;
        }
        copy
    };
    (1..=count).map(numbered).collect()
}

fn edit(nodes: &mut Vec<Node>, kind: u8, input: &mut Input<'_>) -> Option<()> {
    let number = input.number()?;
    let (list, place) = find(nodes, number)?;
    let last = place + 1 == list.len();
    let node = list.get_mut(place)?;
    match kind % 12 {
        0 => *node.bytes()? = input.bytes()?.to_vec(),
        1 => drop(list.remove(place)),
        2 => list.insert(place, Node::plain(input.bytes()?)),
        3 => list.insert(place + 1, Node::plain(input.bytes()?)),
        4 => node.tag = Some(input.byte()?),
        5 => {
            let copy = node.clone();
            list.insert(place, copy);
        }
        6 if last => {}
        6 => list.swap(place, place + 1),
        7 => {
            let copies = copies(node, input.byte()?);
            list.splice(place + 1..place + 1, copies);
        }
        8 => {
            let (count, value) = (input.byte()?, input.byte()?);
            *node.bytes()? = vec![value; usize::from(count) * 0x101];
        }
        9 => {
            let (at, mask) = (input.number()?, input.byte()?);
            *node.bytes()?.get_mut(at)? ^= mask;
        }
        10 => match (&mut node.content, input.bytes()?) {
            (Content::Parts(parts), more) => parts.push(Node::plain(more)),
            (Content::Bytes(bytes), more) => bytes.extend_from_slice(more),
        },
        _ => node.header = Some(input.bytes()?.to_vec()),
    }
    Some(())
}

/// A signature in a document: its bytes, who made it, and what it is over.
#[derive(Clone, Debug)]
pub(super) struct Signature {
    pub(super) bytes: Vec<u8>,
    pub(super) key: Key,
    pub(super) over: Over,
}

/// What a signature is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    /// The first element beside it: in certificates, CRLs and OCSP responses.
    First,
    /// The attributes beside it, under the tag of a SET: in CMS messages.
    Attributes,
}

/// A document, and the signatures in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Document {
    pub(super) der: Vec<u8>,
    pub(super) signatures: Vec<Signature>,
}

impl Document {
    /// Hands over the document as the input edits it, once for each of its cases; thirty-two at most.
    pub(super) fn edited(&self, input: &mut Input<'_>, mut each: impl FnMut(&[u8])) {
        let Some(nodes) = Node::read_all(&self.der) else { unreachable!("a document is DER") };
        for _ in 0..32 {
            let mut nodes = nodes.clone();
            let mut ended = true;
            while let Some(kind) = input.byte() {
                ended = kind != NEXT;
                let size: usize = nodes.iter().map(|node| node.written().len()).sum();
                if !ended || size > ROOM || edit(&mut nodes, kind, input).is_none() {
                    break;
                }
            }
            nodes.iter_mut().for_each(|node| self.sign(node));
            let written: Vec<u8> = nodes.iter().flat_map(Node::written).collect();
            each(&written);
            if ended {
                return;
            }
        }
    }

    /// The innermost first, for the outer ones cover them.
    fn sign(&self, node: &mut Node) {
        let Content::Parts(parts) = &mut node.content else { return };
        parts.iter_mut().for_each(|part| self.sign(part));
        for index in 0..parts.len() {
            let Some(part) = parts.get(index).filter(|part| matches!(part.tag, Some(0x03 | 0x04))) else {
                continue;
            };
            let inside = part.inside();
            let bytes = inside.strip_prefix(&[0]).unwrap_or(&inside);
            let Some(known) = self.signatures.iter().find(|known| known.bytes == bytes) else { continue };
            let Some(message) = covered(parts, known.over) else { continue };
            let lead = if part.tag == Some(0x03) { vec![0] } else { Vec::new() };
            if let Some(part) = parts.get_mut(index) {
                part.lead = lead;
                part.content = Content::Bytes(known.key.sign(&message));
            }
        }
    }
}

fn covered(parts: &[Node], over: Over) -> Option<Vec<u8>> {
    match over {
        Over::First => parts.first().map(Node::written),
        Over::Attributes => {
            let attributes = parts.iter().find(|part| part.tag == Some(0xA0))?.written();
            Some([&[0x31], attributes.get(1..)?].concat())
        }
    }
}
