//! The portrait of a simulated person.

use super::grid::Grid;
use super::text::{self, TEXT_HEIGHT};

/// Width of the portrait in pixels, as on the public test card.
pub const PORTRAIT_WIDTH: usize = 378;
/// Height of the portrait in pixels.
pub const PORTRAIT_HEIGHT: usize = 472;

/// A drawn head and shoulders, plainly artificial, with the words 見本 TEST across the chest.
///
/// The seed chooses face, hair, glasses and clothes; the same seed always gives the same picture. Other seeds may
/// give the same picture too: there are some thousands of them, and they are no way to tell people apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Portrait {
    /// What the features are chosen by.
    pub seed: u32,
}

const MARK: &str = "見本 TEST";
const MARK_SCALE: usize = 6;
const MARK_TOP: usize = 386;

const CENTRE: i32 = 189;
const EYES: i32 = 222;

impl Portrait {
    /// The picture, 0 being black.
    pub(super) fn draw(self) -> Grid<u8> {
        let mut features = Features(self.seed);
        let mut canvas =
            Canvas(Grid::new(PORTRAIT_WIDTH, PORTRAIT_HEIGHT, features.one_of([232, 224, 214, 240])));
        let (hair, skin) = (features.one_of([28, 52, 84, 150]), features.one_of([206, 196, 182, 168]));
        let face =
            Oval::new(CENTRE, 218, features.one_of([86, 92, 98, 104]), features.one_of([116, 122, 128]));
        canvas.draw_hair_behind(features.one_of([0, 1, 2, 3]), face, hair);
        canvas.draw_body(features.one_of([44, 66, 92, 118]), skin, features.one_of([true, false]));
        for side in [-1, 1] {
            canvas.fill(Oval::new(CENTRE + side * face.wide, 228, 14, 26), skin - 14);
        }
        canvas.draw_skin(features.one_of([150, 162, 172]), features.one_of([-30, 0, 30]), face, skin);
        canvas.draw_face(&mut features, skin, hair);
        canvas.draw_mark();
        canvas.0
    }
}

/// Choices drawn from the seed one after the other.
struct Features(u32);

impl Features {
    fn one_of<T: Copy + Default, const N: usize>(&mut self, choices: [T; N]) -> T {
        // A Weyl sequence through a mixing function: neighbouring seeds choose differently.
        self.0 = self.0.wrapping_add(0x9E37_79B9);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 16).wrapping_mul(0x21F0_AAAD);
        mixed = (mixed ^ mixed >> 15).wrapping_mul(0x735A_2D97);
        mixed ^= mixed >> 15;
        let place = usize::try_from(mixed).unwrap_or_default() % N;
        choices.get(place).copied().unwrap_or_default()
    }
}

/// An ellipse with its axes along the picture's, in pixels.
#[derive(Clone, Copy)]
struct Oval {
    x: i32,
    y: i32,
    wide: i32,
    high: i32,
}

/// Points in a pixel's width. Each pixel is sampled at four by four of them, so that edges come out smooth.
const FINE: i32 = 8;

impl Oval {
    const fn new(x: i32, y: i32, wide: i32, high: i32) -> Self {
        Self { x, y, wide, high }
    }

    /// Whether a point, given in parts of a pixel, lies inside.
    fn holds(self, x: i32, y: i32) -> bool {
        let (x, y) = (i64::from(x - self.x * FINE), i64::from(y - self.y * FINE));
        let (wide, high) = (i64::from(self.wide * FINE), i64::from(self.high * FINE));
        x * x * high * high + y * y * wide * wide <= wide * wide * high * high
    }
}

struct Canvas(Grid<u8>);

impl Canvas {
    fn fill(&mut self, oval: Oval, shade: u8) {
        self.fill_where(oval, shade, |_, _| true);
    }

    /// Fills the part of the ellipse where `keep` holds.
    fn fill_where(&mut self, oval: Oval, shade: u8, keep: impl Fn(i32, i32) -> bool) {
        for y in oval.y - oval.high..oval.y + oval.high {
            for x in oval.x - oval.wide..oval.x + oval.wide {
                let inside = |(across, down): (i32, i32)| {
                    let (x, y) = (x * FINE + across, y * FINE + down);
                    oval.holds(x, y) && keep(x, y)
                };
                let corners =
                    [(1, 1), (1, 7), (7, 1), (7, 7)].into_iter().filter(|&point| inside(point)).count();
                let covered = match corners {
                    0 => 0,
                    4 => 16,
                    _ => (0..16).filter(|n| inside((n % 4 * 2 + 1, n / 4 * 2 + 1))).count(),
                };
                self.blend(x, y, shade, covered);
            }
        }
    }

    /// Lets `covered` sixteenths of a pixel take the shade.
    fn blend(&mut self, x: i32, y: i32, shade: u8, covered: usize) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else { return };
        let Some(pixel) = self.0.at_mut(x, y) else { return };
        let mixed = (usize::from(*pixel) * (16 - covered) + usize::from(shade) * covered + 8) / 16;
        *pixel = u8::try_from(mixed).unwrap_or(u8::MAX);
    }

    fn draw_hair_behind(&mut self, style: u8, face: Oval, hair: u8) {
        let (wide, high, end) = match style {
            0 => (face.wide + 8, face.high + 8, 230),
            1 => (face.wide + 20, face.high + 22, 262),
            2 => (face.wide + 26, face.high + 60, 370),
            _ => (face.wide + 16, face.high + 30, 310),
        };
        self.fill_where(Oval::new(CENTRE, 206, wide, high), hair, |_, y| y < end * FINE);
    }

    fn draw_body(&mut self, clothes: u8, skin: u8, collar: bool) {
        self.fill(Oval::new(CENTRE, 318, 46, 76), skin - 18);
        let body = Oval::new(CENTRE, 522, 172, 168);
        // The neckline: clothes begin outside of a smaller ellipse.
        let neck = Oval::new(CENTRE, 348, 52, 34);
        if collar {
            self.fill_where(body, 246, |x, y| !neck.holds(x, y));
            let shirt = Oval::new(CENTRE, 340, 84, 60);
            self.fill_where(body, clothes, |x, y| !shirt.holds(x, y));
        } else {
            self.fill_where(body, clothes, |x, y| !neck.holds(x, y));
        }
    }

    /// The face, but for the part that the hair behind it hangs over.
    fn draw_skin(&mut self, line: i32, parting: i32, face: Oval, skin: u8) {
        let free = Oval::new(CENTRE + parting, line + 90, face.wide + 6, 96);
        self.fill_where(face, skin, |x, y| y >= (line + 60) * FINE || free.holds(x, y));
    }

    fn draw_face(&mut self, features: &mut Features, skin: u8, hair: u8) {
        let (apart, eye) = (features.one_of([36, 40, 44]), features.one_of([6, 8, 10]));
        let brow = features.one_of([26, 30, 34]);
        let glasses = features.one_of([true, false, false]);
        for side in [-1, 1] {
            let x = CENTRE + side * apart;
            self.fill_where(Oval::new(x, EYES - brow + 14, 24, 18), hair, |_, y| {
                y < (EYES - brow + 2) * FINE
            });
            self.fill(Oval::new(x, EYES, 16, eye), 244);
            self.fill(Oval::new(x, EYES, eye - 1, eye - 1), 30);
            if glasses {
                let lens = Oval::new(x, EYES + 2, 29, 22);
                self.fill_where(Oval::new(x, EYES + 2, 33, 26), 40, |x, y| !lens.holds(x, y));
            }
        }
        self.fill(Oval::new(CENTRE, 262, features.one_of([9, 12, 15]), 7), skin - 30);
        let mouth = Oval::new(CENTRE, 292, features.one_of([22, 28, 34]), features.one_of([5, 9, 14]));
        self.fill_where(mouth, 104, |_, y| y > mouth.y * FINE);
    }

    /// The specimen mark, white on a dark band.
    fn draw_mark(&mut self) {
        // The text is a constant that always fits; were it not, the drawing would go without.
        let Ok(mark) = text::draw(MARK, 0) else { return };
        for y in MARK_TOP - MARK_SCALE..MARK_TOP + TEXT_HEIGHT * MARK_SCALE {
            for x in 0..PORTRAIT_WIDTH {
                self.0.set(x, y, 60);
            }
        }
        let left = PORTRAIT_WIDTH.saturating_sub(mark.width() * MARK_SCALE) / 2;
        for y in 0..mark.height() * MARK_SCALE {
            for x in 0..mark.width() * MARK_SCALE {
                if mark.at(x / MARK_SCALE, y / MARK_SCALE) {
                    self.0.set(left + x, MARK_TOP + y, 255);
                }
            }
        }
    }
}
