//! Generation-checked handles: numbers that name values in a table, never addresses.
//!
//! A handle is `kind << 56 | slot << 32 | generation`. Freeing a value raises the generation of its slot, so that a
//! stale handle, a handle freed twice, one of another type and a random number are all detected, whatever is in the slot
//! now. A slot whose generations are used up is not used again. Zero names nothing.
//!
//! Each process has tables of its own. After a fork, the handles of the parent name nothing in the child: their threads are
//! gone, and a lock that another thread held at that moment is never released. The child starts with empty tables.

use std::marker::PhantomData;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use thumbling::{Error, Result};

/// Slots a table may have: what 24 bits can number.
const MAX_SLOTS: usize = 1 << 24;

/// The live values of one type.
pub(super) struct Table<T> {
    kind: u8,
    name: &'static str,
    /// The table of this process: NULL before it is first used, of the parent until it is first used after a fork.
    owned: AtomicPtr<Owned<T>>,
    /// `AtomicPtr` alone could be shared whatever `T` is.
    slots: PhantomData<Mutex<Slots<T>>>,
}

/// The table of one process. Never freed: threads may use it at any time.
struct Owned<T> {
    process: u32,
    slots: Mutex<Slots<T>>,
    /// The table of the parent: never used, but reachable for checkers of leaks.
    _parent: *mut Self,
}

struct Slots<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
}

struct Slot<T> {
    generation: u32,
    value: Option<Arc<T>>,
}

impl<T> Table<T> {
    /// An empty table. `kind`, not zero, tells its handles from those of other tables; `name` is for errors.
    pub(super) const fn new(kind: u8, name: &'static str) -> Self {
        Self { kind, name, owned: AtomicPtr::new(ptr::null_mut()), slots: PhantomData }
    }

    /// Stores `value` and returns its handle; `limit` if 2^24 values are alive.
    pub(super) fn insert(&self, value: T) -> Result<u64> {
        let mut all = self.lock();
        let index = match all.free.pop() {
            Some(index) => index,
            None if all.slots.len() >= MAX_SLOTS => {
                return Err(Error::limit(format!("{MAX_SLOTS} live handles of the type {}", self.name)));
            }
            None => {
                all.slots.push(Slot { generation: 1, value: None });
                all.slots.len() as u32 - 1
            }
        };
        let slot = all.slots.get_mut(index as usize).ok_or_else(|| Error::internal("a free slot beyond the table"))?;
        slot.value = Some(Arc::new(value));
        Ok(u64::from(self.kind) << 56 | u64::from(index) << 32 | u64::from(slot.generation))
    }

    /// The value that `id` names; `invalid-argument` if it names none. It stays alive while it is used, even if another
    /// thread frees the handle meanwhile.
    pub(super) fn get(&self, id: u64) -> Result<Arc<T>> {
        let mut all = self.lock();
        match self.slot(&mut all, id).and_then(|(_, slot)| slot.value.clone()) {
            Some(value) => Ok(value),
            None => Err(self.unknown(id)),
        }
    }

    /// Frees the handle `id`; zero is a no-op, anything that names no value `invalid-argument`.
    pub(super) fn free(&self, id: u64) -> Result<()> {
        if id == 0 {
            return Ok(());
        }
        let mut all = self.lock();
        let Some((index, slot)) = self.slot(&mut all, id) else { return Err(self.unknown(id)) };
        let value = slot.value.take();
        if let Some(next) = slot.generation.checked_add(1) {
            slot.generation = next;
            all.free.push(index);
        }
        drop(all);
        // Outside the lock: a release callback may call the library.
        drop(value);
        Ok(())
    }

    /// Live values.
    pub(super) fn alive(&self) -> usize {
        self.lock().slots.iter().filter(|slot| slot.value.is_some()).count()
    }

    fn slot<'a>(&self, all: &'a mut Slots<T>, id: u64) -> Option<(u32, &'a mut Slot<T>)> {
        let (kind, index, generation) = ((id >> 56) as u8, (id >> 32) as u32 & 0xff_ffff, id as u32);
        let slot = all.slots.get_mut(index as usize)?;
        let live = kind == self.kind && slot.generation == generation && slot.value.is_some();
        live.then_some((index, slot))
    }

    fn unknown(&self, id: u64) -> Error {
        match id {
            0 => Error::invalid_argument(format!("the {} is zero", self.name)),
            _ => Error::invalid_argument(format!("{id:#x} names no live {}", self.name)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Slots<T>> {
        self.owned().slots.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn owned(&self) -> &Owned<T> {
        let process = std::process::id();
        loop {
            let current = self.owned.load(Ordering::Acquire);
            // SAFETY: NULL, or a box that was leaked below and is never freed.
            if let Some(owned) = unsafe { current.as_ref() }.filter(|owned| owned.process == process) {
                return owned;
            }
            let slots = Mutex::new(Slots { slots: Vec::new(), free: Vec::new() });
            let new = Box::into_raw(Box::new(Owned { process, slots, _parent: current }));
            if self.owned.compare_exchange(current, new, Ordering::AcqRel, Ordering::Acquire).is_err() {
                // SAFETY: no other thread has seen it.
                drop(unsafe { Box::from_raw(new) });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static TABLE: Table<String> = Table::new(7, "string");

    fn table() -> Table<&'static str> {
        Table::new(1, "word")
    }

    #[test]
    fn a_handle_names_its_value() {
        let id = TABLE.insert("one".into()).unwrap();
        assert_eq!(*TABLE.get(id).unwrap(), "one");
    }

    #[test]
    fn a_stale_handle_is_refused_after_its_slot_is_used_again() {
        let table = table();
        let old = table.insert("old").unwrap();
        table.free(old).unwrap();
        let new = table.insert("new").unwrap();
        assert_eq!(old >> 32, new >> 32, "the slot is used again");
        assert!(table.get(old).is_err());
        assert!(table.free(old).is_err());
        assert_eq!(*table.get(new).unwrap(), "new");
    }

    #[test]
    fn zero_is_freed_without_effect_and_names_nothing() {
        assert!(table().free(0).is_ok());
        assert!(table().get(0).is_err());
    }

    #[test]
    fn a_handle_of_another_type_is_refused() {
        let (words, other) = (table(), Table::new(2, "other"));
        let id = words.insert("word").unwrap();
        other.insert("other").unwrap();
        assert!(other.get(id).is_err());
    }

    #[test]
    fn a_value_in_use_outlives_its_handle() {
        let table = table();
        let id = table.insert("word").unwrap();
        let used = table.get(id).unwrap();
        table.free(id).unwrap();
        assert_eq!((*used, table.alive()), ("word", 0));
    }

    #[test]
    fn handles_of_the_parent_name_nothing_after_a_fork() {
        let table = table();
        let id = table.insert("word").unwrap();
        let guard = table.lock();
        // What a child finds: a table of another process, locked by a thread that is gone.
        let parent = table.owned.load(Ordering::Acquire);
        // SAFETY: the table is alive, and only its number is written, by this thread alone.
        unsafe { (*parent).process += 1 };
        assert!(table.get(id).is_err());
        assert!(table.free(id).is_err());
        assert_eq!(table.alive(), 0);
        let own = table.insert("own").unwrap();
        assert_eq!(*table.get(own).unwrap(), "own");
        drop(guard);
    }

    #[test]
    fn a_slot_whose_generations_are_used_up_is_retired() {
        let table = table();
        let id = table.insert("word").unwrap();
        table.free(id).unwrap();
        table.lock().slots[0].generation = u32::MAX;
        let last = table.insert("last").unwrap();
        table.free(last).unwrap();
        let next = table.insert("next").unwrap();
        assert_ne!(last >> 32, next >> 32);
        assert!(table.get(last).is_err());
    }
}
