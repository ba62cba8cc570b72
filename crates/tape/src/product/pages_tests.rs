//! Every kernel on operands that begin or end where memory does: a page that may not be touched
//! lies before the first element or behind the last, so that whoever reads or writes one element
//! too many ends the process.

use super::*;
use std::ptr;

/// Elements between two pages that nobody may touch.
struct Fenced<T> {
    mapping: *mut libc::c_void,
    bytes: usize,
    elements: *mut T,
    count: usize,
}

impl<T: Copy> Fenced<T> {
    /// `count` elements: the last one just before the page behind, or the first one just after the
    /// page before.
    fn new(count: usize, at_the_end: bool, value: impl Fn(usize) -> T) -> Self {
        // SAFETY: asks for the size of a page, which is a constant of the system.
        let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as usize;
        let inner = (count * size_of::<T>()).next_multiple_of(page).max(page);
        let bytes = inner + 2 * page;
        // SAFETY: a new private mapping at a place of the system's choice touches no other memory;
        // what it gives is looked at before it is used.
        let mapping = unsafe {
            let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
            libc::mmap(ptr::null_mut(), bytes, libc::PROT_NONE, flags, -1, 0)
        };
        assert!(mapping != libc::MAP_FAILED, "no memory");
        // SAFETY: the range lies within the mapping, a page from either end.
        let opened = unsafe {
            let inside = mapping.byte_add(page);
            libc::mprotect(inside, inner, libc::PROT_READ | libc::PROT_WRITE)
        };
        assert_eq!(opened, 0, "the pages between cannot be opened");
        let skipped = if at_the_end {
            inner - count * size_of::<T>()
        } else {
            0
        };
        // SAFETY: within the pages between, and aligned, as a page's size and `count` elements are
        // multiples of an element's size.
        let elements = unsafe { mapping.byte_add(page + skipped) }.cast::<T>();
        for i in 0..count {
            // SAFETY: element `i < count` lies within the pages between, which may be written.
            unsafe { elements.add(i).write(value(i)) };
        }
        Fenced {
            mapping,
            bytes,
            elements,
            count,
        }
    }

    fn slice(&self) -> &[T] {
        // SAFETY: `count` elements were written there, and nobody changes them while `self` is
        // borrowed.
        unsafe { std::slice::from_raw_parts(self.elements, self.count) }
    }

    fn slice_mut(&mut self) -> &mut [T] {
        // SAFETY: as above, and `self` is borrowed mutably.
        unsafe { std::slice::from_raw_parts_mut(self.elements, self.count) }
    }
}

impl<T> Drop for Fenced<T> {
    fn drop(&mut self) {
        // SAFETY: the mapping is this value's own, and no slice of it outlives the value.
        unsafe { libc::munmap(self.mapping, self.bytes) };
    }
}

/// Column-major, or the transpose of a column-major matrix.
fn operand<T: Copy>(elements: &[T], rows: usize, cols: usize, across: bool) -> Strided<'_, T> {
    if across {
        Strided::column_major(elements, cols, rows).transpose()
    } else {
        Strided::column_major(elements, rows, cols)
    }
}

/// Products of one shape by the route that is taken, every layout, at either end of memory.
fn try_shape<T>([m, k, n]: [usize; 3])
where
    T: Float + MatrixProduct + From<i8> + PartialEq + std::fmt::Debug,
{
    let whole = |i: usize| T::from((i * 7 % 17) as i8 - 8);
    for bits in 0..16 {
        let (at_the_end, across) = (bits & 1 != 0, [bits & 2 != 0, bits & 4 != 0]);
        let accumulate = bits & 8 != 0;
        let a = Fenced::new(m * k, at_the_end, whole);
        let b = Fenced::new(k * n, at_the_end, whole);
        let mut c = Fenced::new(m * n, at_the_end, whole);
        let mut expected = c.slice().to_vec();
        let a = operand(a.slice(), m, k, across[0]);
        let b = operand(b.slice(), k, n, across[1]);
        let alpha = T::from(1);
        let plain = StridedMut::column_major(&mut expected, m, n);
        plain_product(plain, accumulate, alpha, a, b);
        let fast = StridedMut::column_major(c.slice_mut(), m, n);
        T::product(fast, accumulate, alpha, a, b);
        assert_eq!(
            c.slice(),
            &expected[..],
            "{m}×{k} times {k}×{n}, {bits:04b}"
        );
    }
}

#[test]
fn no_element_beyond_an_operand_is_touched() {
    // Around the tiles and vectors of the kernels (24 and 96 floats, 12 and 48 doubles, 4 and 8
    // columns), and some that are cut and packed.
    for m in [1, 2, 7, 8, 9, 12, 13, 23, 25, 47, 49, 95, 97, 100, 113] {
        for n in [1, 3, 4, 5, 8, 9, 50] {
            for k in [1, 3, 17] {
                try_shape::<f32>([m, k, n]);
                try_shape::<f64>([m, k, n]);
            }
        }
    }
    for shape in [
        [100, 784, 50],
        [784, 100, 50],
        [513, 520, 33],
        [33, 1025, 65],
    ] {
        try_shape::<f32>(shape);
        try_shape::<f64>(shape);
    }
}
