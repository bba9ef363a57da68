"""Functions over arrays.

Facts of the MQL5 reference in the notation of `notation`; it must not know what the checker does with them.
"""

from __future__ import annotations

from typing import Final

FUNCTIONS: Final = """
# arrays
int ArrayBsearch(const number &array[], number value) must_use
int ArrayCopy(any &target[], const any &source[], int target_start=, int source_start=, int count=)
int ArrayCompare(const any &array1[], const any &array2[], int start1=, int start2=, int count=) must_use
void ArrayFree(any &array[])
bool ArrayGetAsSeries(const any &array[]) must_use
int ArrayInitialize(number &array[], number value)
void ArrayFill(number &array[], int start, int count, number value)
bool ArrayIsDynamic(const any &array[]) must_use
bool ArrayIsSeries(const any &array[]) must_use
int ArrayMaximum(const number &array[], int start=, int count=) must_use
int ArrayMinimum(const number &array[], int start=, int count=) must_use
void ArrayPrint(const any &array[], uint digits=, string separator=, ulong start=, ulong count=, ulong flags=)
int ArrayRange(const any &array[], int rank_index) must_use
int ArrayResize(any &array[], int new_size, int reserve_size=)
bool ArrayInsert(any &target[], const any &source[], uint target_start, uint source_start=, uint count=)
bool ArrayRemove(any &array[], uint start, uint count=)
bool ArrayReverse(any &array[], uint start=, uint count=)
bool ArraySetAsSeries(const any &array[], bool flag)
int ArraySize(const any &array[]) must_use
bool ArraySort(number &array[])
bool ArraySwap(any &array1[], any &array2[])
"""

CONSTANTS: Final = """
ulong: ARRAYPRINT_HEADER ARRAYPRINT_INDEX ARRAYPRINT_LIMIT ARRAYPRINT_ALIGN ARRAYPRINT_DATE ARRAYPRINT_MINUTES
   ARRAYPRINT_SECONDS
"""
