//! Owned TLV trees, for tests that build or compare whole objects.
//!
//! The product reads and writes TLV in place. Here a tree is easier to generate and to compare, and `iso7816-tlv` writes
//! it a second time, independently of our writer.

use iso7816_tlv::ber;
use mynumber_apdu::tlv::{self, Reader, Tag, Writer};

/// One element with everything inside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// An element whose value is plain bytes.
    Primitive(Tag, Vec<u8>),
    /// An element whose value is made of elements.
    Constructed(Tag, Vec<Node>),
}

impl Node {
    /// The same element as a tree of `iso7816-tlv`; `None` for what that crate cannot hold (tags of four bytes, a
    /// constructed tag over plain bytes, a primitive tag over elements).
    #[must_use]
    pub fn to_owned_tlv(&self) -> Option<ber::Tlv> {
        let (tag, value) = match self {
            Self::Primitive(tag, value) => (tag, ber::Value::Primitive(value.clone())),
            Self::Constructed(tag, children) => {
                let children: Option<Vec<ber::Tlv>> = children.iter().map(Self::to_owned_tlv).collect();
                (tag, ber::Value::Constructed(children?))
            }
        };
        ber::Tlv::new(ber::Tag::try_from(tag.0).ok()?, value).ok()
    }

    /// The tree of an element that `iso7816-tlv` has read.
    #[must_use]
    pub fn from_owned_tlv(element: &ber::Tlv) -> Self {
        let number = element.tag().to_bytes().iter().fold(0, |number, byte| (number << 8) | u32::from(*byte));
        match element.value() {
            ber::Value::Primitive(value) => Self::Primitive(Tag(number), value.clone()),
            ber::Value::Constructed(children) => {
                Self::Constructed(Tag(number), children.iter().map(Self::from_owned_tlv).collect())
            }
        }
    }

    /// Writes the element with our writer.
    ///
    /// # Errors
    /// As [`Writer::element`].
    pub fn write(&self, writer: &mut Writer<'_>) -> Result<(), tlv::Error> {
        match self {
            Self::Primitive(tag, value) => writer.element(*tag, value),
            Self::Constructed(tag, children) => {
                writer.nested(*tag, |inner| children.iter().try_for_each(|child| child.write(inner)))
            }
        }
    }

    /// The element's bytes by our writer.
    ///
    /// # Errors
    /// As [`Writer::element`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, tlv::Error> {
        let mut buffer = vec![0; self.room()];
        let mut writer = Writer::new(&mut buffer);
        self.write(&mut writer)?;
        Ok(writer.finish().to_vec())
    }

    /// Enough bytes for the element, whatever its header.
    fn room(&self) -> usize {
        // Four bytes of tag, five of length.
        9 + match self {
            Self::Primitive(_, value) => value.len(),
            Self::Constructed(_, children) => children.iter().map(Self::room).sum(),
        }
    }

    /// Whether the element or one inside it has a tag of this many bytes or more.
    #[must_use]
    pub fn has_tag_of(&self, length: usize) -> bool {
        match self {
            Self::Primitive(tag, _) => tag.len() >= length,
            Self::Constructed(tag, children) => {
                tag.len() >= length || children.iter().any(|child| child.has_tag_of(length))
            }
        }
    }
}

/// All elements of `reader` as trees, going down wherever the tag says that elements are inside.
///
/// # Errors
/// The first fault found, wherever it is.
pub fn read_all(mut reader: Reader<'_>) -> Result<Vec<Node>, tlv::Error> {
    let mut nodes = Vec::new();
    while let Some(element) = reader.next_element()? {
        nodes.push(if element.tag().is_constructed() {
            Node::Constructed(element.tag(), read_all(reader.enter(element)?)?)
        } else {
            Node::Primitive(element.tag(), element.value().to_vec())
        });
    }
    Ok(nodes)
}
