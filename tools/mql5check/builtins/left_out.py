"""Functions that MQL5 knows and the subset leaves out, by what they are about.

One group a line, `what: names`, so that a message can say why a name is refused. It must not know the checker.
"""

from __future__ import annotations

from typing import Final

LEFT_OUT: Final = """
OpenCL: CLHandleType CLGetInfoInteger CLGetInfoString CLContextCreate CLContextFree CLGetDeviceInfo
   CLProgramCreate CLProgramFree CLKernelCreate CLKernelFree CLSetKernelArg CLSetKernelArgMem CLSetKernelArgMemLocal
   CLBufferCreate CLBufferFree CLBufferWrite CLBufferRead CLExecute CLExecutionStatus
databases: DatabaseOpen DatabaseClose DatabaseImport DatabaseExport DatabasePrint DatabaseTableExists
   DatabaseExecute DatabasePrepare DatabaseReset DatabaseBind DatabaseBindArray DatabaseRead DatabaseReadBind
   DatabaseFinalize DatabaseTransactionBegin DatabaseTransactionCommit DatabaseTransactionRollback
   DatabaseColumnsCount DatabaseColumnName DatabaseColumnType DatabaseColumnSize DatabaseColumnText
   DatabaseColumnInteger DatabaseColumnLong DatabaseColumnDouble DatabaseColumnBlob
DirectX: DXContextCreate DXContextSetSize DXContextGetSize DXContextClearColors DXContextClearDepth
   DXContextGetColors DXContextGetDepth DXBufferCreate DXTextureCreate DXInputCreate DXInputSet DXShaderCreate
   DXShaderSetLayout DXShaderInputsSet DXShaderTexturesSet DXDraw DXDrawIndexed DXPrimiveTopologySet DXBufferSet
   DXShaderSet DXHandleType DXRelease
ONNX models: OnnxCreate OnnxCreateFromBuffer OnnxRelease OnnxRun OnnxGetInputCount OnnxGetOutputCount
   OnnxGetInputName OnnxGetOutputName OnnxGetInputTypeInfo OnnxGetOutputTypeInfo OnnxSetInputShape OnnxSetOutputShape
the tester's frames: FrameFirst FrameFilter FrameNext FrameInputs FrameAdd ParameterGetRange ParameterSetRange
trade signals: SignalBaseGetDouble SignalBaseGetInteger SignalBaseGetString SignalBaseSelect SignalBaseTotal
   SignalInfoGetDouble SignalInfoGetInteger SignalInfoGetString SignalInfoSetDouble SignalInfoSetInteger
   SignalSubscribe SignalUnsubscribe
custom symbols: CustomSymbolCreate CustomSymbolDelete CustomSymbolSetInteger CustomSymbolSetDouble
   CustomSymbolSetString CustomSymbolSetMarginRate CustomSymbolSetSessionQuote CustomSymbolSetSessionTrade
   CustomRatesDelete CustomRatesReplace CustomRatesUpdate CustomTicksAdd CustomTicksDelete CustomTicksReplace
   CustomBookAdd
sockets: SocketCreate SocketClose SocketConnect SocketIsConnected SocketIsReadable SocketIsWritable SocketTimeouts
   SocketRead SocketSend SocketTlsHandshake SocketTlsCertificate SocketTlsRead SocketTlsReadAvailable SocketTlsSend
half floats: ArrayToFP16 ArrayToFP8 ArrayFromFP16 ArrayFromFP8
"""
