//! What certificates and CRLs are both wrapped in: a signed part, the algorithm, the signature (RFC 5280 §4.1.1, §5.1.1).

use super::der::{Der, SEQUENCE};
use super::{AlgorithmIdentifier, Error, ErrorKind, Field, Object};

/// The wrapping, read; the fields of the signed part are still to be read.
pub(crate) struct SignedFrame<'a> {
    /// The signed part, tag and length included.
    pub(crate) tbs: &'a [u8],
    /// A reader at its first field.
    pub(crate) fields: Der<'a>,
    pub(crate) algorithm: AlgorithmIdentifier<'a>,
    pub(crate) signature: &'a [u8],
    /// Where the algorithm stands outside.
    outer: Der<'a>,
}

impl<'a> SignedFrame<'a> {
    /// Reads the wrapping that `input` is, with nothing after it.
    pub(crate) fn read(object: Object, input: &'a [u8]) -> Result<Self, Error> {
        let mut file = Der::new(object, Field::Whole, input, 0);
        let mut inside = file.enter(SEQUENCE)?;
        file.finish()?;
        let frame = Self::read_next(&mut inside)?;
        inside.finish()?;
        Ok(frame)
    }

    /// Reads signed part, algorithm and signature, and leaves what stands after them to be read.
    pub(crate) fn read_next(inside: &mut Der<'a>) -> Result<Self, Error> {
        let tbs = inside.read(SEQUENCE)?;
        *inside = inside.in_field(Field::Algorithm);
        let outer = *inside;
        let algorithm = AlgorithmIdentifier::read(inside)?;
        *inside = inside.in_field(Field::Signature);
        let (signature, _) = inside.whole_bits()?;
        Ok(Self { tbs: tbs.raw(), fields: inside.inside(tbs)?, algorithm, signature, outer })
    }

    /// Reads the algorithm inside the signed part, which has to be the one outside (RFC 5280 §4.1.1.2, §5.1.1.2).
    pub(crate) fn same_algorithm(&self, fields: &mut Der<'a>) -> Result<(), Error> {
        if AlgorithmIdentifier::read(fields)? == self.algorithm {
            Ok(())
        } else {
            Err(self.outer.fault(ErrorKind::AlgorithmMismatch))
        }
    }
}
