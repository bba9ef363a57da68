// Objects and pointers to them: a pointer knows whether its object still lives.
#pragma once

#include "mql_base.hpp"

namespace mql {

namespace inner {
ulong born();
void gone(ulong serial);
bool alive(ulong serial);
bool made_by_new(ulong serial);
void note_new(ulong serial, Where at);
[[noreturn]] void bad_pointer(Where at, bool was_null);
void bad_delete(Where at, bool is_alive);
}  // namespace inner

// Stands in every class: its number is registered while the object lives, and never used again.
struct Life {
  ulong serial;
  Life() : serial(inner::born()) {}
  Life(const Life &) : serial(inner::born()) {}
  Life &operator=(const Life &) { return *this; }
  ~Life() { inner::gone(serial); }
};
#define MQL_STRUCT(Name)                                                                                               \
 public:                                                                                                               \
  Name *operator[](::mql::At) { return this; }                                                                         \
  const Name *operator[](::mql::At) const { return this; }
#define MQL_CLASS(Name)                                                                                                \
 public:                                                                                                               \
  ::mql::Life mql_life;

template <class T> class Ptr {
 public:
  Ptr() : object_(nullptr), serial_(0) {}
  Ptr(Null) : Ptr() {}
  Ptr(T *object) : object_(object), serial_(object == nullptr ? 0 : object->mql_life.serial) {}
  template <class D, class = decltype(static_cast<T *>(static_cast<D *>(nullptr)))>
  Ptr(const Ptr<D> &other) : object_(other.bare()), serial_(other.serial()) {}

  T *operator[](At at) const { return get(at.where); }
  T *get(Where at) const {
    if (!inner::alive(serial_)) inner::bad_pointer(at, object_ == nullptr);
    return object_;
  }
  // Where a reference is wanted, MQL5 takes the object behind the pointer.
  operator T &() const { return *get(Where{"?", 0}); }
  T *bare() const { return object_; }
  ulong serial() const { return serial_; }
  bool is_alive() const { return inner::alive(serial_); }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  T *object_;
  ulong serial_;
};

template <class A, class B> bool operator==(const Ptr<A> &left, const Ptr<B> &right) { return left.serial() == right.serial(); }
template <class A, class B> bool operator!=(const Ptr<A> &left, const Ptr<B> &right) { return left.serial() != right.serial(); }
template <class A> bool operator==(const Ptr<A> &left, Null) { return left.bare() == nullptr; }
template <class A> bool operator!=(const Ptr<A> &left, Null) { return left.bare() != nullptr; }
template <class A> bool operator==(Null, const Ptr<A> &right) { return right.bare() == nullptr; }
template <class A> bool operator!=(Null, const Ptr<A> &right) { return right.bare() != nullptr; }

namespace inner {
template <class T> Ptr<T> fresh(T *object, MQL_AT) {
  note_new(object->mql_life.serial, at);
  return Ptr<T>(object);
}
template <class T> void destroy(const Ptr<T> &pointer, MQL_AT) {
  if (pointer.bare() == nullptr) return;
  if (!pointer.is_alive() || !made_by_new(pointer.serial())) return bad_delete(at, pointer.is_alive());
  delete pointer.bare();
}
template <class T, class V> struct Cast<Ptr<T>, Ptr<V>> {
  static Ptr<T> of(const Ptr<V> &pointer) {
    if (pointer.bare() == nullptr) return Ptr<T>();
    T *object = dynamic_cast<T *>(pointer.get(Where{"?", 0}));
    if (object == nullptr) critical("pointer", Where{"?", 0}, "the object behind the pointer is of another class");
    return Ptr<T>(object);
  }
};
template <class T> struct Cast<Ptr<T>, Null> {
  static Ptr<T> of(Null) { return Ptr<T>(); }
};
}  // namespace inner

template <class T> Ptr<T> GetPointer(T &object) { return Ptr<T>(&object); }
template <class T> Ptr<T> GetPointer(const Ptr<T> &pointer) { return pointer; }

}  // namespace mql
