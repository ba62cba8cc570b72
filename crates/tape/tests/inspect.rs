//! What a tape says of itself: entries, ids, values printed, and what the ops are called.

use nalgebra::{DMatrix, dmatrix};
use tape::{
    Argument, EntryId, ForwardError, Kind, Op, OutputSpec, Point, PointMut, Shape, ShapeError,
    Sink, Tape, Var, View, dot, log_sum_exp, norm, sum,
};

#[test]
fn every_kind_of_entry_is_described() {
    let tape = Tape::new();
    let x = tape.var(2.0).named("x");
    let w = tape.matrix(&dmatrix![1.0, 2.0, 3.0]).named("W");
    let input = tape.input(&dmatrix![4.0; 5.0]);
    let y = {
        let _scope = tape.scope("layer");
        (x - 1.0).powi(3)
    };
    let product = input * w;
    let twice = 7.0 / y + y * y;
    let entries = tape.entries();
    let kinds: Vec<_> = entries
        .iter()
        .map(|e| (e.op, e.kind, e.active, e.shape))
        .collect();
    let scalar = Shape::SCALAR;
    assert_eq!(
        kinds,
        [
            ("leaf", Kind::Leaf, true, scalar),
            ("leaf", Kind::Leaf, true, Shape::new(1, 3)),
            ("leaf", Kind::Input, false, Shape::new(2, 1)),
            ("sub", Kind::Operation, true, scalar),
            ("powi", Kind::Operation, true, scalar),
            ("matmul", Kind::Operation, true, Shape::new(2, 3)),
            ("div", Kind::Operation, true, scalar),
            ("mul", Kind::Operation, true, scalar),
            ("add", Kind::Operation, true, scalar),
        ]
    );
    use Argument::{Entry, Exponent, Number};
    let reads: Vec<_> = entries.iter().map(|entry| entry.operands.clone()).collect();
    assert_eq!(
        reads[3..],
        [
            vec![Entry(0), Number(1.0)],
            vec![Entry(3), Exponent(3)],
            vec![Entry(2), Entry(1)],
            vec![Number(7.0), Entry(4)],
            vec![Entry(4), Entry(4)],
            vec![Entry(6), Entry(7)],
        ]
    );
    let scopes: Vec<usize> = (0..9).filter(|&k| !entries[k].scope.is_empty()).collect();
    assert_eq!(
        (scopes, &entries[3].scope[..]),
        (vec![3, 4], &["layer".to_string()][..])
    );
    assert_eq!(
        (
            entries[0].name.as_deref(),
            entries[1].name.as_deref(),
            entries[3].name.as_deref()
        ),
        (Some("x"), Some("W"), None)
    );
    assert_eq!(entries[7].id, EntryId::Scalar(tape_id(&tape, 7)));
    assert_eq!(entries[5].id, EntryId::Matrix(product.id()));
    let (scalar, matrix) = (twice.id().entry(), product.id().entry());
    assert_eq!((scalar, matrix), (8, 5));
    assert!(
        entries
            .iter()
            .enumerate()
            .all(|(k, entry)| entry.index == k)
    );
}

fn tape_id(tape: &Tape, index: usize) -> tape::VarId {
    match tape.entries()[index].id {
        EntryId::Scalar(id) => id,
        EntryId::Matrix(_) => panic!("entry {index} is a matrix"),
    }
}

#[test]
fn handles_print_their_values_and_debug_their_places() {
    let tape = Tape::new();
    let m = tape.matrix(&dmatrix![1.0, 2.5; -3.0, 4.0]);
    let x = tape.var(0.5);
    assert_eq!(m.to_string(), m.value().to_string());
    assert!(m.to_string().contains("2.5"), "{m}");
    assert_eq!(
        format!("{m:?} {x:?}"),
        "MatrixVar(2×2 at entry 0) Var(0.5 at entry 1)"
    );
    assert_eq!(
        (x.to_string(), Var::from(3.0).to_string()),
        ("0.5".into(), "3".into())
    );
}

#[test]
fn only_ids_of_this_tape_are_taken() {
    let (one, other) = (Tape::new(), Tape::new());
    let (x, y) = (one.var(1.0), other.var(2.0));
    assert_eq!(
        (one.value(x.id()).unwrap(), other.value(y.id()).unwrap()),
        (1.0, 2.0)
    );
    assert!(one.value(y.id()).is_err() && other.handle(x.id()).is_err());
}

#[test]
fn a_matrix_is_read_where_it_lies() {
    let tape = Tape::new();
    let first = tape.matrix(&DMatrix::from_element(3, 2, 1.0));
    let second = tape.matrix(&dmatrix![1.0, 2.0; 3.0, 4.0]);
    let read = tape.read(second.id(), |view| (view.shape(), view.to_matrix()));
    assert_eq!(
        read.unwrap(),
        (Shape::new(2, 2), dmatrix![1.0, 2.0; 3.0, 4.0])
    );
    assert_eq!(tape.matrix_value(first.id()).unwrap().sum(), 6.0);
    let (x, y) = (
        tape.read(first.id(), |view| view == view),
        tape.read(second.id(), |v| v == v),
    );
    assert!(x.unwrap() && y.unwrap());
    let equal = |a: &DMatrix<f64>, b: &DMatrix<f64>| {
        let (a, b) = (tape.matrix(a), tape.matrix(b));
        tape.read(a.id(), |a| tape.read(b.id(), |b| a == b).unwrap())
            .unwrap()
    };
    let m = dmatrix![1.0, 2.0; 3.0, 4.0];
    assert!(equal(&m, &m) && !equal(&m, &m.transpose()));
    assert!(!equal(&dmatrix![1.0, 2.0], &dmatrix![1.0; 2.0]));
}

#[test]
fn ops_are_called_what_reports_and_pictures_can_show() {
    for op in tape::ops::all::<f64>() {
        let (name, symbol, rule) = (op.name(), op.symbol(), op.formula().to_string());
        let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        assert!(!name.is_empty() && name.chars().all(is_word), "{name:?}");
        assert!(
            (1..=8).contains(&symbol.chars().count()),
            "{name}: {symbol:?}"
        );
        let says_of_cotangents = rule.starts_with("dX") || rule.starts_with("dx");
        assert!(says_of_cotangents && rule.contains('='), "{name}: {rule}");
    }
}

#[test]
fn scalar_rules_have_names_of_their_own() {
    let mut names: Vec<_> = tape::rules::all().iter().map(|rule| rule.name()).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(names.binary_search(&"sin").is_ok() && names.binary_search(&"add").is_ok());
}

/// What the entry of `of` added to the cotangents of its operands in a sweep of `output`.
fn contributions<'t>(of: Var<'t>, output: Var<'t>) -> Vec<Option<f64>> {
    let tape = of.tape().expect("recorded");
    output.gradient().contributions(tape, of.id().entry())
}

#[test]
fn an_operation_on_many_numbers_tells_what_each_got() {
    let tape = Tape::new();
    let [x, y] = [3.0, 4.0].map(|x| tape.var(x));
    let got = |of: Var<'_>| contributions(of, of * 2.0);
    assert_eq!(got(sum(&[x, y, x])), [Some(2.0); 3]);
    let [to_x, to_y] = [Some(6.0), Some(8.0)];
    assert_eq!(got(dot(&[x, y], &[y, y])), [to_y, to_y, to_x, to_y]);
    let close = |found: Vec<Option<f64>>, expected: &[f64]| {
        let mut pairs = found.iter().zip(expected);
        let close = pairs.all(|(found, x)| (found.unwrap() - x).abs() < 1e-15);
        assert!(close && found.len() == expected.len(), "{found:?}");
    };
    close(got(norm(&[x, y])), &[1.2, 1.6]);
    let each = [1.0, 1.0, 1f64.exp()].map(|e| 2.0 * e / (2.0 + 1f64.exp()));
    close(got(log_sum_exp(&[x, x, y])), &each);
    // Nothing comes to what decides, and to what was not chosen.
    assert_eq!(got(x.select(y, x)), [None, Some(2.0), None]);
    assert_eq!(got(y.clamp(x, x)), [None, None, Some(2.0)]);
}

/// A number times the sum of a matrix, and another number twice.
struct Mixed;

impl Op<f64> for Mixed {
    fn name(&self) -> &'static str {
        "mixed"
    }

    fn shape(&self, _: &[Shape]) -> Result<OutputSpec, ShapeError> {
        Ok(OutputSpec::scalar())
    }

    fn forward(&self, at: &mut PointMut<'_, f64>) -> Result<(), ForwardError> {
        let [x, y] = [0, 2].map(|i| at.operands.scalar(i));
        let m: f64 = at.operands.get(1).values().iter().sum();
        at.result.values_mut()[0] = x * m + 2.0 * y;
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, f64>, cotangent: View<'_, f64>, sink: &mut Sink<'_, f64>) {
        let (dz, m) = (cotangent.scalar(), at.operands.get(1));
        sink.add_scalar(0, dz * m.values().iter().sum::<f64>());
        let to_m = dz * at.operands.scalar(0);
        sink.add(1, m.values().iter().map(|_| to_m));
        sink.add_scalar(2, dz);
        sink.add_scalar(2, dz);
    }
}

#[test]
fn an_op_of_a_users_own_tells_what_each_number_got() {
    let tape = Tape::new();
    let (x, m) = (tape.var(3.0), tape.matrix(&dmatrix![1.0, 4.0]));
    let mixed = |operands: &[_]| tape.apply(Mixed, operands).expect("its operands").scalar();
    let z = mixed(&[x.into(), m.into(), x.into()]);
    assert_eq!(contributions(z, z * 0.5), [Some(2.5), None, Some(1.0)]);
    // A 1×1 matrix is a matrix, and an input wants nothing.
    let one = tape.matrix(&dmatrix![2.0]);
    let z = mixed(&[one.into(), m.into(), x.into()]);
    assert_eq!(contributions(z, z), [None, None, Some(2.0)]);
    let constant = sum(&[z, Var::from(1.0)]);
    assert_eq!(contributions(constant, constant), [Some(1.0), None]);
}

#[test]
fn what_was_not_chosen_adds_nothing_to_the_number_it_was_computed_from() {
    let tape = Tape::new();
    let x = tape.var(3.0);
    let m = tape.matrix(&dmatrix![2.0, f64::INFINITY]);
    let scaled = m * x;
    let keep = tape.input(&dmatrix![1.0, 0.0]);
    let chosen = keep.select(scaled, 0.0).sum();
    let gradient = chosen.gradient();
    assert_eq!(gradient.of(x), 2.0);
    let gave = gradient.contributions(&tape, scaled.id().entry());
    assert_eq!(gave.iter().flatten().collect::<Vec<_>>(), [&2.0]);
}
