//! The model: a tape as a list of all that happened, with no thought for speed.
//!
//! Everything that is recorded is an event with a number that no other event ever has. So whether
//! something is still there needs no history: the list has its number, or it has not.

use std::collections::BTreeMap;

/// What went wrong, under the name of the variant of `tape::Error`.
pub type Refusal = &'static str;

/// The number of an event.
pub type Serial = u64;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Leaf,
    Input,
    Constant,
    Add,
    Sub,
    Mul,
    Neg,
    Square,
    /// The sum of a matrix's elements.
    Sum,
    /// The sum of a slice of scalars.
    SumOf,
    ComponentMul,
    MatrixAdd,
    /// A matrix times a scalar.
    Scale,
    /// The product of its operands, of which the first must not be negative.
    Squeamish,
}

impl Kind {
    /// Whether it is recorded as an application of an op; other operations are scalar rules.
    pub fn is_applied(self) -> bool {
        use Kind::*;
        matches!(
            self,
            Sum | SumOf | ComponentMul | MatrixAdd | Scale | Squeamish
        )
    }

    pub fn is_computed(self) -> bool {
        !matches!(self, Kind::Leaf | Kind::Input | Kind::Constant)
    }

    fn value(self, x: &[Vec<f64>]) -> Result<Vec<f64>, Refusal> {
        let y = match self {
            Kind::Leaf | Kind::Input | Kind::Constant => unreachable!("has a value of its own"),
            Kind::Add | Kind::MatrixAdd | Kind::SumOf => each(&x[0], &x[1], |x, y| x + y),
            Kind::Sub => each(&x[0], &x[1], |x, y| x - y),
            Kind::Squeamish if x[0][0] < 0.0 => return Err("Forward"),
            Kind::Mul | Kind::ComponentMul | Kind::Scale | Kind::Squeamish => {
                each(&x[0], &x[1], |x, y| x * y)
            }
            Kind::Neg => each(&x[0], &[0.0], |x, _| -x),
            Kind::Square => each(&x[0], &[0.0], |x, _| x * x),
            Kind::Sum => vec![sum(&x[0])],
        };
        Ok(y)
    }

    /// What is added to the cotangent of each operand.
    fn vjp(self, x: &[Vec<f64>], d: &[f64]) -> Vec<Vec<f64>> {
        let times = |y: &[f64]| each(d, y, |d, y| d * y);
        match self {
            Kind::Leaf | Kind::Input | Kind::Constant => vec![],
            Kind::Add | Kind::MatrixAdd | Kind::SumOf => vec![d.to_vec(), d.to_vec()],
            Kind::Sub => vec![d.to_vec(), times(&[-1.0])],
            Kind::Mul | Kind::ComponentMul | Kind::Squeamish => vec![times(&x[1]), times(&x[0])],
            Kind::Scale => vec![times(&x[1]), vec![sum(&times(&x[0]))]],
            Kind::Neg => vec![times(&[-1.0])],
            Kind::Square => vec![each(d, &x[0], |d, x| d * (x + x))],
            Kind::Sum => vec![each(&vec![0.0; x[0].len()], d, |_, d| d)],
        }
    }

    /// The tangent of the result, from those of the operands that have one.
    fn jvp(self, x: &[Vec<f64>], dx: &[Option<Vec<f64>>]) -> Vec<f64> {
        let times = |i: usize, y: &[f64]| dx[i].as_ref().map(|dx| each(dx, y, |dx, y| dx * y));
        let terms = match self {
            Kind::Leaf | Kind::Input | Kind::Constant => vec![],
            Kind::Add | Kind::MatrixAdd | Kind::SumOf => vec![times(0, &[1.0]), times(1, &[1.0])],
            Kind::Sub => vec![times(0, &[1.0]), times(1, &[-1.0])],
            Kind::Mul | Kind::ComponentMul | Kind::Scale | Kind::Squeamish => {
                let second = dx[1].as_ref().map(|dx| each(&x[0], dx, |x, dx| x * dx));
                vec![times(0, &x[1]), second]
            }
            Kind::Neg => vec![times(0, &[-1.0])],
            Kind::Square => vec![times(0, &each(&x[0], &x[0], |x, y| x + y))],
            Kind::Sum => vec![dx[0].as_ref().map(|dx| vec![sum(dx)])],
        };
        let terms = terms.into_iter().flatten();
        terms
            .reduce(|s, t| each(&s, &t, |s, t| s + t))
            .expect("a tangent")
    }
}

/// Element by element; a single one on the right, or on the left, goes with every other.
fn each(x: &[f64], y: &[f64], f: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    let at = |list: &[f64], i: usize| list[i % list.len()];
    (0..x.len().max(y.len()))
        .map(|i| f(at(x, i), at(y, i)))
        .collect()
}

fn sum(x: &[f64]) -> f64 {
    x.iter().sum()
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Argument {
    Entry(Serial),
    Number(f64),
}

#[derive(Clone, Debug)]
pub struct Entry {
    pub kind: Kind,
    pub operands: Vec<Argument>,
    pub value: Vec<f64>,
    pub is_matrix: bool,
    pub active: bool,
    pub stale: bool,
}

#[derive(Clone, Debug)]
pub enum Happened {
    Recorded(Entry),
    /// A comparison, less than, and how it turned out.
    Compared([Argument; 2], bool),
    Opened(String),
    Closed(Serial),
    Named(Serial, String),
}

/// The numbers of a sweep, and when it was.
#[derive(Clone, Debug)]
pub struct Sweep {
    pub numbers: BTreeMap<Serial, Option<Vec<f64>>>,
    pub generation: u64,
    pub settings: u64,
}

#[derive(Clone, Debug, Default)]
pub struct Plain {
    pub events: Vec<(Serial, Happened)>,
    next: Serial,
    /// How often it was rewound.
    pub generation: u64,
    /// How often leaves were set.
    pub settings: u64,
}

impl Plain {
    pub fn push(&mut self, happened: Happened) -> Serial {
        self.next += 1;
        self.events.push((self.next, happened));
        self.next
    }

    pub fn entries(&self) -> impl DoubleEndedIterator<Item = (Serial, &Entry)> {
        self.events
            .iter()
            .filter_map(|(serial, happened)| match happened {
                Happened::Recorded(entry) => Some((*serial, entry)),
                _ => None,
            })
    }

    pub fn get(&self, serial: Serial) -> Option<&Entry> {
        self.entries()
            .find(|(found, _)| *found == serial)
            .map(|(_, entry)| entry)
    }

    pub fn index_of(&self, serial: Serial) -> Option<usize> {
        self.entries().position(|(found, _)| found == serial)
    }

    fn values(&self, operands: &[Argument]) -> Vec<Vec<f64>> {
        let value = |operand: &Argument| match *operand {
            Argument::Number(number) => vec![number],
            Argument::Entry(serial) => self.get(serial).expect("an operand").value.clone(),
        };
        operands.iter().map(value).collect()
    }

    pub fn leaf(&mut self, kind: Kind, value: Vec<f64>, is_matrix: bool) -> Serial {
        self.push(Happened::Recorded(Entry {
            kind,
            operands: vec![],
            value,
            is_matrix,
            active: kind == Kind::Leaf,
            stale: false,
        }))
    }

    /// Records an operation; of an op, numbers become constants.
    pub fn record(&mut self, kind: Kind, operands: &[Argument]) -> Result<Serial, Refusal> {
        let value = kind.value(&self.values(operands))?;
        let mut operands = operands.to_vec();
        if kind.is_applied() {
            for operand in &mut operands {
                if let Argument::Number(number) = *operand {
                    *operand = Argument::Entry(self.leaf(Kind::Constant, vec![number], false));
                }
            }
        }
        let active = |operand: &Argument| match *operand {
            Argument::Entry(serial) => self.get(serial).is_some_and(|entry| entry.active),
            Argument::Number(_) => false,
        };
        let active = !kind.is_applied() || operands.iter().any(active);
        let is_matrix = matches!(kind, Kind::ComponentMul | Kind::MatrixAdd | Kind::Scale);
        Ok(self.push(Happened::Recorded(Entry {
            kind,
            operands,
            value,
            is_matrix,
            active,
            stale: false,
        })))
    }

    pub fn is_less(&self, sides: [Argument; 2]) -> bool {
        let values = self.values(&sides);
        values[0][0] < values[1][0]
    }

    /// The open scopes, by the number of their opening, at an event.
    pub fn open_scopes(&self, until: usize) -> Vec<(Serial, &str)> {
        let mut open = Vec::new();
        for (serial, happened) in &self.events[..until] {
            match happened {
                Happened::Opened(name) => open.push((*serial, name.as_str())),
                Happened::Closed(opened) => open.retain(|(serial, _)| serial != opened),
                _ => {}
            }
        }
        open
    }

    pub fn name_of(&self, serial: Serial) -> Option<&str> {
        self.events
            .iter()
            .rev()
            .find_map(|(_, happened)| match happened {
                Happened::Named(named, name) if *named == serial => Some(name.as_str()),
                _ => None,
            })
    }

    /// Goes back to the first `events`.
    pub fn rewind(&mut self, events: usize) {
        self.events.truncate(events);
        let open = self
            .open_scopes(events)
            .into_iter()
            .map(|(serial, _)| serial);
        for serial in open.rev().collect::<Vec<_>>() {
            self.push(Happened::Closed(serial));
        }
        self.generation += 1;
    }

    pub fn entry_mut(&mut self, serial: Serial) -> Option<&mut Entry> {
        self.events
            .iter_mut()
            .find_map(|(found, happened)| match happened {
                Happened::Recorded(entry) if *found == serial => Some(entry),
                _ => None,
            })
    }

    fn age(&mut self) {
        for (_, happened) in &mut self.events {
            if let Happened::Recorded(entry) = happened {
                entry.stale = entry.kind.is_computed();
            }
        }
    }

    /// Gives leaves other values.
    pub fn set(&mut self, serials: &[Serial], values: &[Vec<f64>]) {
        for (&serial, value) in serials.iter().zip(values) {
            self.entry_mut(serial)
                .expect("a leaf")
                .value
                .clone_from(value);
        }
        self.settings += 1;
        self.age();
    }

    pub fn is_stale(&self) -> bool {
        self.entries().any(|(_, entry)| entry.stale)
    }

    pub fn replay(&mut self) -> Result<(), Refusal> {
        self.age();
        let mut again = self.clone();
        for at in 0..again.events.len() {
            let (serial, happened) = again.events[at].clone();
            match happened {
                Happened::Recorded(entry) if entry.kind.is_computed() => {
                    let value = entry.kind.value(&again.values(&entry.operands))?;
                    let entry = again.entry_mut(serial).expect("the entry");
                    (entry.value, entry.stale) = (value, false);
                }
                Happened::Compared(sides, held) if again.is_less(sides) != held => {
                    return Err("Guard");
                }
                _ => {}
            }
        }
        *self = again;
        Ok(())
    }

    fn swept(&self, mut numbers: BTreeMap<Serial, Vec<f64>>) -> Sweep {
        let each = self
            .entries()
            .map(|(serial, _)| (serial, numbers.remove(&serial)));
        Sweep {
            numbers: each.collect(),
            generation: self.generation,
            settings: self.settings,
        }
    }

    pub fn reverse(&self, seeds: &[(Serial, Vec<f64>)]) -> Sweep {
        let mut numbers = BTreeMap::new();
        seeds
            .iter()
            .for_each(|(serial, seed)| add(&mut numbers, *serial, seed));
        for (serial, entry) in self.entries().rev() {
            let Some(d) = numbers.get(&serial).cloned() else {
                continue;
            };
            let mut given = entry.kind.vjp(&self.values(&entry.operands), &d);
            let same = entry.kind == Kind::Mul && entry.operands[0] == entry.operands[1];
            if same {
                // Both halves of a square are added at once.
                let second = given.pop().expect("two");
                given[0] = each(&given[0], &second, |x, y| x + y);
            }
            for (operand, given) in entry.operands.iter().zip(given) {
                let Argument::Entry(operand) = *operand else {
                    continue;
                };
                let wants = self.get(operand).is_some_and(|entry| entry.active);
                if !entry.kind.is_applied() || (entry.active && wants) {
                    add(&mut numbers, operand, &given);
                }
            }
        }
        self.swept(numbers)
    }

    pub fn forward(&self, seeds: &[(Serial, Vec<f64>)]) -> Sweep {
        let mut numbers: BTreeMap<Serial, Vec<f64>> = BTreeMap::new();
        seeds
            .iter()
            .for_each(|(serial, seed)| add(&mut numbers, *serial, seed));
        for (serial, entry) in self.entries() {
            let tangent = |operand: &Argument| match operand {
                Argument::Entry(operand) => numbers.get(operand).cloned(),
                Argument::Number(_) => None,
            };
            let tangents: Vec<_> = entry.operands.iter().map(tangent).collect();
            if tangents.iter().any(Option::is_some) {
                let tangent = entry.kind.jvp(&self.values(&entry.operands), &tangents);
                add(&mut numbers, serial, &tangent);
            }
        }
        self.swept(numbers)
    }
}

fn add(numbers: &mut BTreeMap<Serial, Vec<f64>>, serial: Serial, given: &[f64]) {
    let sum = match numbers.get(&serial) {
        Some(before) => each(before, given, |x, y| x + y),
        None => given.to_vec(),
    };
    numbers.insert(serial, sum);
}
