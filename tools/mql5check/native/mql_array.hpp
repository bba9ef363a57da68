// Arrays that look at every index, grow, and can be read from their end; MQL5's functions on them.
#pragma once

#include <initializer_list>  // names nothing of the library but std::initializer_list, which `= {…}` needs

#include "mql_base.hpp"

namespace mql {

namespace inner {
[[noreturn]] void out_of_range(Where at, long index, long size);
[[noreturn]] void no_memory(Where at);
void poison(void *memory, unsigned long bytes);
constexpr long longest_array = 1L << 28;
}  // namespace inner

template <class T> class Array {
 public:
  Array() = default;
  Array(std::initializer_list<T> values) {
    reserve(static_cast<long>(values.size()), Where::now());
    for (const T &value : values) data_[size_++] = value;
  }
  Array(const Array &other) { copy(other); }
  Array &operator=(const Array &other) {
    if (this != &other) {
      drop();
      copy(other);
    }
    return *this;
  }
  ~Array() { drop(); }

  T &operator[](Index index) { return data_[place(index)]; }
  const T &operator[](Index index) const { return data_[place(index)]; }

  int size() const { return size_; }
  bool fixed() const { return fixed_; }
  bool series() const { return series_; }
  void series(bool on) { series_ = on; }
  // As they lie in memory: the oldest first, whatever the flag says.
  T &raw(long index) { return data_[index]; }
  const T &raw(long index) const { return data_[index]; }
  // As the program counts them.
  T &seen(long index) { return data_[series_ ? size_ - 1 - index : index]; }
  const T &seen(long index) const { return data_[series_ ? size_ - 1 - index : index]; }
  void resize(long size, long reserve_more, Where at) {
    if (size > capacity_) reserve(size + reserve_more, at);
    for (long i = size; i < size_; i++) data_[i] = T();
    if constexpr (inner::IsNumber<T>::value)
      if (size > size_) inner::poison(data_ + size_, sizeof(T) * static_cast<unsigned long>(size - size_));
    size_ = static_cast<int>(size);
  }
  void drop() {
    delete[] data_;
    data_ = nullptr;
    size_ = capacity_ = 0;
  }
  void swap(Array &other) {
    T *data = data_;
    int size = size_, capacity = capacity_;
    bool series = series_;
    data_ = other.data_, size_ = other.size_, capacity_ = other.capacity_, series_ = other.series_;
    other.data_ = data, other.size_ = size, other.capacity_ = capacity, other.series_ = series;
  }

 protected:
  Array(long size, bool) : data_(new T[static_cast<unsigned long>(size)]()), size_(static_cast<int>(size)), capacity_(size_), fixed_(true) {}

 private:
  T *data_ = nullptr;
  int size_ = 0;
  int capacity_ = 0;
  bool series_ = false;
  bool fixed_ = false;

  long place(const Index &index) const {
    if (index.value < 0 || index.value >= size_) inner::out_of_range(index.at, index.value, size_);
    return series_ ? size_ - 1 - index.value : index.value;
  }
  void reserve(long capacity, Where at) {
    if (capacity > inner::longest_array) inner::no_memory(at);
    T *data = new T[static_cast<unsigned long>(capacity)];
    for (int i = 0; i < size_; i++) data[i] = static_cast<T &&>(data_[i]);
    delete[] data_;
    data_ = data;
    capacity_ = static_cast<int>(capacity);
  }
  void copy(const Array &other) {
    size_ = capacity_ = other.size_;
    fixed_ = other.fixed_;
    series_ = other.series_;
    data_ = size_ > 0 ? new T[static_cast<unsigned long>(size_)]() : nullptr;
    for (int i = 0; i < size_; i++) data_[i] = other.data_[i];
  }
};

template <class T, long N> class Fixed : public Array<T> {
 public:
  Fixed() : Array<T>(N, true) {}
  Fixed(std::initializer_list<T> values) : Array<T>(N, true) {
    static_assert(N > 0, "an array of a fixed size has at least one element");
    long place = 0;
    for (const T &value : values) {
      if (place >= N) inner::out_of_range(Where::now(), place, N);
      this->raw(place++) = value;
    }
  }
};

constexpr int WHOLE_ARRAY = -1;

namespace inner {
// Start and count as MQL5 functions take them (-1: to the end), made to fit; false when they cannot.
bool clip(const char *function, long size, long start, long &count, Where at);
template <class T> using Numeric = typename When<IsNumber<T>::value || Same<T, datetime>::value || Same<T, color>::value>::type;
}  // namespace inner

template <class T> int ArraySize(const Array<T> &array) { return array.size(); }
template <class T> int ArrayRange(const Array<T> &array, int rank) { return rank == 0 ? array.size() : 0; }
template <class T> bool ArrayIsDynamic(const Array<T> &array) { return !array.fixed(); }
template <class T> bool ArrayIsSeries(const Array<T> &array) { return array.series(); }
template <class T> bool ArrayGetAsSeries(const Array<T> &array) { return array.series(); }
template <class T> bool ArraySetAsSeries(const Array<T> &array, bool on) {
  if (array.fixed()) return false;
  const_cast<Array<T> &>(array).series(on);
  return true;
}
template <class T> int ArrayResize(Array<T> &array, long size, long reserve = 0, MQL_AT) {
  if (array.fixed() || size < 0) {
    inner::misuse("range", at, size < 0 ? "ArrayResize to less than nothing" : "ArrayResize of an array of a fixed size");
    return -1;
  }
  array.resize(size, reserve > 0 ? reserve : 0, at);
  return array.size();
}
template <class T> void ArrayFree(Array<T> &array) {
  if (!array.fixed()) array.drop();
}
template <class T, class V> int ArrayInitialize(Array<T> &array, V value) {
  for (int i = 0; i < array.size(); i++) array.raw(i) = static_cast<T>(value);
  return array.size();
}
template <class T, class V> void ArrayFill(Array<T> &array, int start, int count, V value, MQL_AT) {
  long length = count;
  if (count < 0 || !inner::clip("ArrayFill", array.size(), start, length, at)) return;
  if (start + count > array.size()) inner::misuse("range", at, "ArrayFill past the array's end");
  for (long i = start; i < start + length; i++) array.seen(i) = static_cast<T>(value);
}
template <class T, class S>
int ArrayCopy(Array<T> &target, const Array<S> &source, int target_start = 0, int source_start = 0, int count = WHOLE_ARRAY, MQL_AT) {
  long length = count;
  if (!inner::clip("ArrayCopy", source.size(), source_start, length, at) || target_start < 0) return 0;
  if (target_start + length > target.size()) {
    if (target.fixed()) length = target.size() - target_start;
    else target.resize(target_start + length, 0, at);
  }
  if (length <= 0) return 0;
  Array<S> kept = source;  // the two may be one
  for (long i = 0; i < length; i++) target.seen(target_start + i) = static_cast<T>(kept.seen(source_start + i));
  return static_cast<int>(length);
}
template <class T> bool ArrayReverse(Array<T> &array, uint start = 0, int count = WHOLE_ARRAY, MQL_AT) {
  long length = count;
  if (!inner::clip("ArrayReverse", array.size(), start, length, at)) return false;
  for (long low = start, high = start + length - 1; low < high; low++, high--) {
    T kept = array.seen(low);
    array.seen(low) = array.seen(high);
    array.seen(high) = kept;
  }
  return true;
}
template <class T> bool ArrayRemove(Array<T> &array, uint start, uint count = static_cast<uint>(WHOLE_ARRAY), MQL_AT) {
  long length = static_cast<int>(count);
  if (!inner::clip("ArrayRemove", array.size(), start, length, at)) return false;
  for (long i = start; i + length < array.size(); i++) array.seen(i) = array.seen(i + length);
  if (!array.fixed()) array.resize(array.size() - length, 0, at);
  return true;
}
template <class T>
bool ArrayInsert(Array<T> &target, const Array<T> &source, uint place, uint start = 0, uint count = static_cast<uint>(WHOLE_ARRAY), MQL_AT) {
  long length = static_cast<int>(count);
  if (!inner::clip("ArrayInsert", source.size(), start, length, at) || target.fixed() || place > static_cast<uint>(target.size())) return false;
  long before = target.size();
  target.resize(before + length, 0, at);
  for (long i = before - 1; i >= static_cast<long>(place); i--) target.seen(i + length) = target.seen(i);
  for (long i = 0; i < length; i++) target.seen(place + i) = source.seen(start + i);
  return true;
}
template <class T> bool ArraySwap(Array<T> &left, Array<T> &right) {
  if (left.fixed() || right.fixed()) return false;
  left.swap(right);
  return true;
}
template <class T, class = inner::Numeric<T>> bool ArraySort(Array<T> &array) {
  // Shell's gaps: no library, no recursion, fast enough for what a robot sorts.
  long size = array.size();
  for (long gap = size / 2; gap > 0; gap /= 2)
    for (long i = gap; i < size; i++) {
      T kept = array.seen(i);
      long place = i;
      for (; place >= gap && kept < array.seen(place - gap); place -= gap) array.seen(place) = array.seen(place - gap);
      array.seen(place) = kept;
    }
  return true;
}
template <class T, class V> int ArrayBsearch(const Array<T> &array, V value) {
  int low = 0, high = array.size() - 1;
  while (low < high) {
    int middle = low + (high - low) / 2;
    if (array.seen(middle) < static_cast<T>(value)) low = middle + 1;
    else high = middle;
  }
  return array.size() == 0 ? -1 : low;
}
template <class T, class = inner::Numeric<T>> int ArrayMaximum(const Array<T> &array, int start = 0, int count = WHOLE_ARRAY, MQL_AT) {
  long length = count, best = start;
  if (!inner::clip("ArrayMaximum", array.size(), start, length, at) || length == 0) return -1;
  for (long i = start; i < start + length; i++)
    if (array.seen(i) > array.seen(best)) best = i;
  return static_cast<int>(best);
}
template <class T, class = inner::Numeric<T>> int ArrayMinimum(const Array<T> &array, int start = 0, int count = WHOLE_ARRAY, MQL_AT) {
  long length = count, best = start;
  if (!inner::clip("ArrayMinimum", array.size(), start, length, at) || length == 0) return -1;
  for (long i = start; i < start + length; i++)
    if (array.seen(i) < array.seen(best)) best = i;
  return static_cast<int>(best);
}
template <class T>
int ArrayCompare(const Array<T> &left, const Array<T> &right, int left_start = 0, int right_start = 0, int count = WHOLE_ARRAY, MQL_AT) {
  long left_length = count, right_length = count;
  if (!inner::clip("ArrayCompare", left.size(), left_start, left_length, at) ||
      !inner::clip("ArrayCompare", right.size(), right_start, right_length, at)) return -2;
  for (long i = 0; i < left_length && i < right_length; i++) {
    if (left.seen(left_start + i) < right.seen(right_start + i)) return -1;
    if (right.seen(right_start + i) < left.seen(left_start + i)) return 1;
  }
  return left_length < right_length ? -1 : left_length > right_length ? 1 : 0;
}

template <class T> void ZeroMemory(T &variable) { variable = T{}; }
template <class T> void ZeroMemory(Array<T> &array) {
  for (int i = 0; i < array.size(); i++) array.raw(i) = T{};
}
template <class T, long N> void ZeroMemory(Fixed<T, N> &array) { ZeroMemory(static_cast<Array<T> &>(array)); }

}  // namespace mql
