//! Where places in a list go on regularly.

/// Places that go on regularly for fewer are looked up one by one.
const REGULAR: usize = 8;

/// How the places of a piece go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Each list goes on by one place, or stays where it is.
    Regular,
    /// Somehow.
    Scattered,
}

/// Cuts lists of places into pieces, each regular in all lists or in none. `at(k)` is the step to
/// entry `k` from the one before, in every list 0 or 1, if it goes on regularly there; two entries
/// follow each other regularly only by equal steps.
pub(super) fn pieces<S: PartialEq>(
    count: usize,
    step: impl Fn(usize) -> Option<S>,
) -> Vec<(std::ops::Range<usize>, Form)> {
    let mut pieces: Vec<(std::ops::Range<usize>, Form)> = Vec::new();
    let mut at = 0;
    while at < count {
        let mut end = at + 1;
        if end < count
            && let Some(own) = step(end)
        {
            while end < count && step(end).as_ref() == Some(&own) {
                end += 1;
            }
        }
        let is_regular = end - at >= REGULAR || (end == count && at == 0);
        match pieces.last_mut() {
            Some((last, Form::Scattered)) if !is_regular => last.end = end,
            _ if is_regular => pieces.push((at..end, Form::Regular)),
            _ => pieces.push((at..end, Form::Scattered)),
        }
        at = end;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regular_pieces_are_found_among_others() {
        let places = [3, 9, 1, 2, 3, 4, 5, 6, 7, 8, 4, 4, 4, 4, 4, 4, 4, 4, 0, 7];
        let step = |k: usize| {
            let step = places[k] - places[k - 1];
            [0, 1].contains(&step).then_some(step)
        };
        let found = pieces(places.len(), step);
        let expected = [
            (0..2, Form::Scattered),
            (2..10, Form::Regular),
            (10..18, Form::Regular),
            (18..20, Form::Scattered),
        ];
        assert_eq!(found, expected);
        assert_eq!(pieces(1, step), [(0..1, Form::Regular)]);
    }
}
