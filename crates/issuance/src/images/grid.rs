//! A rectangle of cells, reached by column and row without a panic.

/// A rectangle of cells in row order.
#[derive(Clone, Debug)]
pub(super) struct Grid<T> {
    width: usize,
    cells: Vec<T>,
}

impl<T: Copy + Default> Grid<T> {
    /// A grid with the same value everywhere. `width` must not be 0.
    pub(super) fn new(width: usize, height: usize, fill: T) -> Self {
        Self { width: width.max(1), cells: vec![fill; width.max(1) * height] }
    }

    /// A grid of cells in row order. A last row that is not full is left away.
    pub(super) fn from_cells(width: usize, mut cells: Vec<T>) -> Self {
        let width = width.max(1);
        cells.truncate(cells.len() / width * width);
        Self { width, cells }
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn height(&self) -> usize {
        self.cells.len() / self.width
    }

    /// The cell, or the default value outside the grid.
    pub(super) fn at(&self, x: usize, y: usize) -> T {
        if x >= self.width {
            return T::default();
        }
        self.cells.get(y * self.width + x).copied().unwrap_or_default()
    }

    /// The cell, if it lies inside the grid.
    pub(super) fn at_mut(&mut self, x: usize, y: usize) -> Option<&mut T> {
        if x >= self.width {
            return None;
        }
        self.cells.get_mut(y * self.width + x)
    }

    /// Sets a cell; outside the grid nothing happens.
    pub(super) fn set(&mut self, x: usize, y: usize, value: T) {
        if let Some(cell) = self.at_mut(x, y) {
            *cell = value;
        }
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &[T]> {
        self.cells.chunks_exact(self.width)
    }

    pub(super) fn cells(&self) -> &[T] {
        &self.cells
    }

    /// A grid of the same size, each cell made from the one here.
    pub(super) fn map<U>(&self, make: impl FnMut(T) -> U) -> Grid<U> {
        Grid { width: self.width, cells: self.cells.iter().copied().map(make).collect() }
    }

    /// The part of `width` by `height` cells that begins at column `x` and row `y`.
    pub(super) fn part(&self, x: usize, y: usize, width: usize, height: usize) -> Self {
        let mut part = Self::new(width, height, T::default());
        for row in 0..height {
            for column in 0..width {
                part.set(column, row, self.at(x + column, y + row));
            }
        }
        part
    }
}
