/* icuuc.dll, which Wine 8 lacks: Qt links it for legacy text codecs alone. No converter can be opened here, so that
   Qt does without them; what would be called on an open one is never called. */
#define U_FILE_ACCESS_ERROR 4

__declspec(dllexport) void *ucnv_open(const char *name, int *error)
{
    (void)name;
    *error = U_FILE_ACCESS_ERROR;
    return 0;
}

#define NEVER_CALLED(name) __declspec(dllexport) void *name(void) { return 0; }

NEVER_CALLED(ucnv_close)
NEVER_CALLED(ucnv_reset)
NEVER_CALLED(ucnv_getName)
NEVER_CALLED(ucnv_getMaxCharSize)
NEVER_CALLED(ucnv_getStandardName)
NEVER_CALLED(ucnv_getAvailableName)
NEVER_CALLED(ucnv_countAvailable)
NEVER_CALLED(ucnv_toUnicode)
NEVER_CALLED(ucnv_fromUnicode)
NEVER_CALLED(ucnv_toUCountPending)
NEVER_CALLED(ucnv_fromUCountPending)
NEVER_CALLED(ucnv_getToUCallBack)
NEVER_CALLED(ucnv_setToUCallBack)
NEVER_CALLED(ucnv_getFromUCallBack)
NEVER_CALLED(ucnv_setFromUCallBack)
NEVER_CALLED(ucnv_cbToUWriteUChars)
NEVER_CALLED(ucnv_cbFromUWriteUChars)
NEVER_CALLED(UCNV_TO_U_CALLBACK_SUBSTITUTE)
NEVER_CALLED(UCNV_FROM_U_CALLBACK_SUBSTITUTE)
