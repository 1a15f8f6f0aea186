//! Text in a 12-pixel bitmap face.

use core::convert::Infallible;

use embedded_graphics_core::Pixel;
use embedded_graphics_core::draw_target::DrawTarget;
use embedded_graphics_core::geometry::{OriginDimensions, Point, Size};
use embedded_graphics_core::pixelcolor::BinaryColor;
use u8g2_fonts::FontRenderer;
use u8g2_fonts::fonts::{u8g2_font_b12_t_japanese3, u8g2_font_boutique_bitmap_9x9_t_all};
use u8g2_fonts::types::{FontColor, VerticalPosition};

use super::Error;
use super::grid::Grid;

/// Height of every text image, in pixels.
pub const TEXT_HEIGHT: usize = 12;

/// Widest text image, in pixels: 256 full-width characters. Uncompressed such an image is 4.6 kB, so that even
/// with a name and an address of this length the card-face file stays far below the 32 KiB a short-offset
/// READ BINARY can reach. The longest names and addresses of real cards are well below it.
pub const MAX_TEXT_WIDTH: usize = 256 * FULL_WIDTH;

const HALF_WIDTH: usize = 6;
const FULL_WIDTH: usize = 12;
/// Row of the baseline: both faces reach two rows below it, and the lowest row of the image stays free.
const BASELINE: i32 = 10;

/// A text field of the card with an image of its own (CARD.md §2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Field {
    /// The name, 18 full-width characters wide.
    Name,
    /// The address, 24 full-width characters wide.
    Address,
    /// The Individual Number, 12 half-width digits.
    IndividualNumber,
    /// The security code, 4 half-width digits.
    SecurityCode,
}

impl Field {
    /// Width of the field's image in pixels, unless the text needs more.
    #[must_use]
    pub const fn width(self) -> usize {
        match self {
            Self::Name => 18 * FULL_WIDTH,
            Self::Address => 24 * FULL_WIDTH,
            Self::IndividualNumber => 12 * HALF_WIDTH,
            Self::SecurityCode => 4 * HALF_WIDTH,
        }
    }
}

/// The text as bits, black being `true`, at least `least_width` pixels and one half-width cell wide.
pub(super) fn draw(text: &str, least_width: usize) -> Result<Grid<bool>, Error> {
    let mut width = 0;
    for (position, character) in text.chars().enumerate() {
        if character.is_control() {
            return Err(Error::ControlCharacter { position });
        }
        width += width_of(character);
        if width > MAX_TEXT_WIDTH {
            return Err(Error::TooLong { width });
        }
    }
    let mut cells = Grid::new(width.max(least_width).max(HALF_WIDTH), TEXT_HEIGHT, false);
    let mut left = 0;
    for character in text.chars() {
        let mut cell = Cell { cells: &mut cells, left, width: width_of(character) };
        cell.draw(character);
        left += cell.width;
    }
    Ok(cells)
}

/// Pixels that a character takes: ASCII and half-width katakana 6, variation selectors none, the others 12.
const fn width_of(character: char) -> usize {
    match character {
        '\u{0020}'..='\u{007E}' | '\u{FF61}'..='\u{FF9F}' => HALF_WIDTH,
        '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' => 0,
        _ => FULL_WIDTH,
    }
}

/// The room of one character. What a glyph would draw outside of it is left away.
struct Cell<'g> {
    cells: &'g mut Grid<bool>,
    left: usize,
    width: usize,
}

impl Cell<'_> {
    fn draw(&mut self, character: char) {
        if self.width == 0 || character.is_whitespace() {
            return;
        }
        let drawn = self.draw_glyph(&FontRenderer::new::<u8g2_font_b12_t_japanese3>(), character, 0)
            // A face of nine pixels, moved to the middle of the cell.
            || self.draw_glyph(&FontRenderer::new::<u8g2_font_boutique_bitmap_9x9_t_all>(), character, 1);
        if !drawn {
            self.draw_box();
        }
    }

    /// Draws the face's glyph; `false` says that it has none, and that nothing was drawn.
    fn draw_glyph(&mut self, face: &FontRenderer, character: char, margin: i32) -> bool {
        let origin = Point::new(margin, BASELINE - margin);
        let colour = FontColor::Transparent(BinaryColor::On);
        face.render(character, origin, VerticalPosition::Baseline, colour, self).is_ok()
    }

    /// An empty box: the sign for a character that no face has.
    fn draw_box(&mut self) {
        let (right, bottom) = (self.width.saturating_sub(2), TEXT_HEIGHT - 2);
        for y in 0..=bottom {
            for x in 0..=right {
                if x == 0 || x == right || y == 0 || y == bottom {
                    self.cells.set(self.left + x, y, true);
                }
            }
        }
    }
}

impl OriginDimensions for Cell<'_> {
    fn size(&self) -> Size {
        // Only tells the renderer what may be seen; the true limits are kept in `draw_iter`.
        Size::new_equal(12)
    }
}

impl DrawTarget for Cell<'_> {
    type Color = BinaryColor;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<BinaryColor>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        for Pixel(point, colour) in pixels {
            let (Ok(x), Ok(y)) = (usize::try_from(point.x), usize::try_from(point.y)) else { continue };
            if x < self.width && colour.is_on() {
                self.cells.set(self.left + x, y, true);
            }
        }
        Ok(())
    }
}
