"""Older wordings, and messages of machines with a GPU: the version that raised each, and where it was published."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Older:
    """A message that the installed libraries do not raise, or not on a machine without a GPU.

    Parameters
    ----------
    kind
        As which it must be recognised.
    text
        As it was pasted.
    version
        Of the library, as far as the report tells: by itself, by its date, or by the path of the build.
    source
        Address of the report.
    facts
        Fields of the cause.
    """

    kind: str
    text: str
    version: str
    source: str
    facts: dict[str, Any] = field(default_factory=dict)


_GITHUB = "https://github.com/"

OLDER: tuple[Older, ...] = (
    Older(
        "matmul_torch",
        "RuntimeError: size mismatch, m1: [1 x 256], m2: [64 x 4] at "
        "/opt/conda/conda-bld/pytorch_1549627089062/work/aten/src/TH/generic/THTensorMath.cpp:940",
        "PyTorch 1.0",
        f"{_GITHUB}moskomule/senet.pytorch/issues/35",
        {"a": (1, 256), "b": (64, 4)},
    ),
    Older(
        "matmul_torch",
        "RuntimeError: size mismatch, m1: [32 x 192], m2: [64 x 128] at "
        "/pytorch/aten/src/TH/generic/THTensorMath.c:2033",
        "PyTorch 0.4",
        f"{_GITHUB}kevinzakka/recurrent-visual-attention/issues/19",
        {"a": (32, 192), "b": (64, 128)},
    ),
    Older(
        "matmul_torch",
        "RuntimeError: size mismatch, m1: [64 x 256], m2: [512 x 512] at "
        "c:\\miniconda2\\conda-bld\\pytorch-cpu_1519449358620\\work\\torch\\lib\\th\\generic/THTensorMath.c:1434",
        "PyTorch 0.3.1",
        f"{_GITHUB}magic282/SEASS/issues/11",
        {"a": (64, 256), "b": (512, 512)},
    ),
    Older(
        "matmul_sizes_torch",
        "RuntimeError: mat1 dim 1 must match mat2 dim 0",
        "PyTorch 1.8",
        f"{_GITHUB}neuralchen/SimSwap/issues/153",
    ),
    Older(
        "dot_torch",
        "RuntimeError: inconsistent tensor size, expected tensor [16384] and src [49152] to have the same number of "
        "elements, but got 16384 and 49152 elements respectively",
        "PyTorch 1.5",
        f"{_GITHUB}milesial/Pytorch-UNet/issues/168",
        {"a": (16384,), "b": (49152,)},
    ),
    Older(
        "other_dtype_torch",
        "RuntimeError: Expected object of scalar type Float but got scalar type Double for argument #2 'other'",
        "PyTorch 1.2",
        f"{_GITHUB}marvis/pytorch-yolo2/issues/176",
        {"expected": "float32", "found": "float64"},
    ),
    Older(
        "other_dtype_torch",
        "RuntimeError: Expected object of scalar type Double but got scalar type Float for argument #2 'mat2' in call "
        "to _th_mm",
        "PyTorch 1.4",
        f"{_GITHUB}pytorch/pytorch/issues/35755",
        {"expected": "float64", "found": "float32"},
    ),
    Older(
        "other_dtype_torch",
        "RuntimeError: Expected object of scalar type Double but got scalar type Float for sequence element 2 in "
        "sequence argument at position #1 'tensors'",
        "PyTorch 1.7.1",
        f"{_GITHUB}IDKiro/CBDNet-pytorch/issues/20",
        {"expected": "float64", "found": "float32"},
    ),
    Older(
        "other_dtype_torch",
        "RuntimeError: Expected object of type torch.FloatTensor but found type torch.LongTensor for argument #2 "
        "'target'",
        "PyTorch 0.4.1",
        f"{_GITHUB}chenyuntc/pytorch-book/issues/82",
        {"expected": "float32", "found": "int64"},
    ),
    Older(
        "other_dtype_torch",
        "RuntimeError: expected scalar type Double but found Float",
        "PyTorch 1.13",
        f"{_GITHUB}OUCMachineLearning/OUCML/issues/24",
        {"expected": "float64", "found": "float32"},
    ),
    Older(
        "class_dtype_torch",
        "RuntimeError: Expected object of scalar type Long but got scalar type Int for argument #2 'target' in call "
        "to _thnn_nll_loss_forward",
        "PyTorch 1.5",
        f"{_GITHUB}mhelhoseiny/CIZSL/issues/1",
        {"found": "int32"},
    ),
    Older(
        "target_shape",
        "RuntimeError: input and target shapes do not match: input [1 x 10], target [10] at "
        "/pytorch/aten/src/THNN/generic/MSECriterion.c:12",
        "PyTorch 0.4.1",
        f"{_GITHUB}chenyuntc/pytorch-book/issues/82",
        {"prediction": (1, 10), "target": (10,)},
    ),
    Older(
        "view",
        "RuntimeError: invalid argument 2: view size is not compatible with input tensor's size and stride (at least "
        "one dimension spans across two contiguous subspaces). Call .contiguous() before .view(). at "
        "/opt/conda/conda-bld/pytorch_1533672544752/work/aten/src/TH/generic/THTensor.cpp:237",
        "PyTorch 0.4.1",
        f"{_GITHUB}geyang/deep-auto-punctuation/issues/3",
    ),
    Older(
        "reshape_torch",
        "RuntimeError: invalid argument 2: size '[1 x 8732 x 2]' is invalid for input with 8800 elements at "
        "/opt/conda/conda-bld/pytorch_1535493744281/work/aten/src/TH/THStorage.cpp:84",
        "PyTorch 0.4.1",
        f"{_GITHUB}amdegroot/ssd.pytorch/issues/326",
        {"size": 8800, "shape": (1, 8732, 2)},
    ),
    Older(
        "reshape_torch",
        "RuntimeError: invalid argument 2: size '[-1 x 300]' is invalid for input of with 544881656 elements at "
        "/pytorch/torch/lib/TH/THStorage.c:37",
        "PyTorch 0.2",
        f"{_GITHUB}pytorch/examples/issues/210",
        {"size": 544881656, "shape": (-1, 300)},
    ),
    Older(
        "join_old_torch",
        "RuntimeError: invalid argument 0: Sizes of tensors must match except in dimension 1. Got 26 and 27 in "
        "dimension 3 at /opt/conda/conda-bld/pytorch_1579022034529/work/aten/src/THC/generic/THCTensorMath.cu:71",
        "PyTorch 1.4",
        f"{_GITHUB}HiLab-git/WSL4MIS/issues/7",
        {"first": 26, "second": 27, "axis": 3, "place": None},
    ),
    Older(
        "truth_torch",
        "RuntimeError: bool value of Tensor with more than one value is ambiguous",
        "PyTorch 0.4",
        f"{_GITHUB}Atcold/pytorch-CortexNet/issues/10",
    ),
    Older(
        "truth_torch",
        "RuntimeError: bool value of non-empty torch.ByteTensor objects is ambiguous",
        "PyTorch 0.2",
        f"{_GITHUB}pytorch/pytorch/issues/3652",
    ),
    Older(
        "backward_twice",
        "RuntimeError: Trying to backward through the graph a second time, but the buffers have already been freed. "
        "Specify retain_graph=True when calling backward the first time.",
        "PyTorch 1.3",
        f"{_GITHUB}pytorch/pytorch/issues/30297",
    ),
    Older(
        "backward_twice",
        "Trying to backward through the graph a second time, but the saved intermediate results have already been "
        "freed. Specify retain_graph=True when calling backward the first time.",
        "PyTorch 1.7.1",
        f"{_GITHUB}JonathonLuiten/instant-nerf-pytorch/issues/2",
    ),
    Older(
        "changed_in_place",
        "RuntimeError: one of the variables needed for gradient computation has been modified by an inplace operation",
        "PyTorch 1.0.1",
        f"{_GITHUB}pytorch/pytorch/issues/20855",
        {"shape": None, "dtype": "", "operation": ""},
    ),
    Older(
        "changed_in_place",
        "RuntimeError: one of the variables needed for gradient computation has been modified by an inplace "
        "operation: [torch.cuda.FloatTensor [4, 512, 16, 16]], which is output 0 of ConstantPadNdBackward, is at "
        "version 1; expected version 0 instead. Hint: enable anomaly detection to find the operation that failed to "
        "compute its gradient, with torch.autograd.set_detect_anomaly(True).",
        "PyTorch 1.1",
        f"{_GITHUB}NVlabs/FUNIT/issues/23",
        {"shape": (4, 512, 16, 16), "dtype": "float32", "operation": "ConstantPadNd"},
    ),
    Older(
        "number_index_torch",
        "IndexError: invalid index of a 0-dim tensor. Use tensor.item() to convert a 0-dim tensor to a Python number",
        "PyTorch 1.0",
        f"{_GITHUB}pytorch/pytorch/issues/15585",
    ),
    Older(
        "number_index_torch",
        "UserWarning: invalid index of a 0-dim tensor. This will be an error in PyTorch 0.5. Use tensor.item() to "
        "convert a 0-dim tensor to a Python number",
        "PyTorch 0.4",
        f"{_GITHUB}pytorch/pytorch/issues/6061",
    ),
    Older(
        "numpy_grad",
        "RuntimeError: Can't call numpy() on Variable that requires grad. Use var.detach().numpy() instead.",
        "PyTorch 1.3.1",
        f"{_GITHUB}fastai/course-v3/issues/455",
    ),
    Older(
        "input_axes_old",
        "RuntimeError: Expected 4-dimensional input for 4-dimensional weight [64, 1, 3, 3], but got 3-dimensional "
        "input of size [16, 120, 160] instead",
        "PyTorch 1.7.1",
        f"{_GITHUB}shaofengzeng/SuperPoint-Pytorch/issues/2",
        {"wanted": "4 axes", "input": (16, 120, 160)},
    ),
    Older(
        "input_axes_old",
        "RuntimeError: Expected 4-dimensional input for 4-dimensional weight 64 3 7 7, but got 3-dimensional input of "
        "size [3, 448, 448] instead",
        "PyTorch 1.4",
        f"{_GITHUB}abeardear/pytorch-YOLO-v1/issues/32",
        {"wanted": "4 axes", "input": (3, 448, 448)},
    ),
    Older(
        "class_axes",
        "RuntimeError: multi-target not supported at /pytorch/aten/src/THCUNN/generic/ClassNLLCriterion.cu:18",
        "PyTorch 1",
        f"{_GITHUB}JoeBao22/eeg_seed_test/issues/2",
    ),
    Older(
        "row_torch",
        "RuntimeError: index out of range: Tried to access index 32730 out of table with 28995 rows. at "
        "/tmp/pip-req-build-ufslq_a9/aten/src/TH/generic/THTensorEvenMoreMath.cpp:418",
        "PyTorch 1.4",
        f"{_GITHUB}ramzan1990/sequence2vec/issues/2",
        {"index": 32730, "rows": 28995},
    ),
    Older(
        "mean_dtype_torch",
        "RuntimeError: Can only calculate the mean of floating types. Got Long instead.",
        "PyTorch 1.9",
        f"{_GITHUB}pytorch/pytorch/issues/64897",
        {"found": "int64"},
    ),
    Older(
        "mean_dtype_torch",
        "RuntimeError: mean(): input dtype should be either floating point or complex dtypes. Got Long instead.",
        "PyTorch 1.10",
        f"{_GITHUB}OpenPPL/ppq/issues/409",
        {"found": "int64"},
    ),
    Older(
        "saved_names_old",
        "KeyError: 'unexpected key \"module.base_model.base.conv1.weight\" in state_dict'",
        "PyTorch 0.3",
        f"{_GITHUB}yxgeee/FD-GAN/issues/40",
        {"missing": (), "unexpected": ("module.base_model.base.conv1.weight",)},
    ),
    Older(
        "devices",
        "RuntimeError: expected device cuda:0 but got device cpu",
        "PyTorch 1.3",
        f"{_GITHUB}sgrvinod/a-PyTorch-Tutorial-to-Object-Detection/issues/26",
        {"one": "cuda:0", "other": "cpu"},
    ),
    Older(
        "devices",
        "RuntimeError: Expected object of device type cuda but got device type cpu for argument #1 'self' in call to "
        "_th_index_select",
        "PyTorch 1.6",
        f"{_GITHUB}Nmegha2601/activitygraph_transformer/issues/9",
        {"one": "cuda", "other": "cpu"},
    ),
    Older(
        "devices",
        "RuntimeError: Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu! "
        "(when checking argument for argument mat1 in method wrapper_CUDA_addmm)",
        "PyTorch 2",
        f"{_GITHUB}Lung-Yi/rxn_yield_context/issues/3",
        {"one": "cuda:0", "other": "cpu"},
    ),
    Older(
        "layer_devices",
        "RuntimeError: Input type (torch.cuda.FloatTensor) and weight type (torch.FloatTensor) should be the same",
        "PyTorch 0.4",
        f"{_GITHUB}sksq96/pytorch-summary/issues/16",
        {"input": "cuda", "weight": "cpu"},
    ),
    Older(
        "numpy_device",
        "TypeError: can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host "
        "memory first.",
        "PyTorch 2",
        f"{_GITHUB}chflame163/ComfyUI_FaceSimilarity/issues/10",
        {"device": "cuda:0"},
    ),
    Older(
        "numpy_device",
        "TypeError: can't convert CUDA tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory first.",
        "PyTorch 1.1",
        f"{_GITHUB}iMoonLab/PVRNet/issues/3",
        {"device": "cuda"},
    ),
    Older(
        "no_gpu",
        "AssertionError: Torch not compiled with CUDA enabled",
        "PyTorch 1.3",
        f"{_GITHUB}pytorch/pytorch/issues/28111",
    ),
    Older(
        "gpu_memory",
        "RuntimeError: CUDA out of memory. Tried to allocate 512.00 MiB (GPU 0; 15.90 GiB total capacity; 13.13 GiB "
        "already allocated; 415.88 MiB free; 14.80 GiB reserved in total by PyTorch)",
        "PyTorch 1.5",
        f"{_GITHUB}2KangHo/vdsr_pytorch/issues/2",
        {"asked": "512.00 MiB"},
    ),
    Older(
        "gpu_memory",
        "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 22.78 GiB. GPU 0 has a total capacity of 31.47 "
        "GiB of which 12.73 GiB is free.",
        "PyTorch 2",
        f"{_GITHUB}murong-xu/CADS/issues/4",
        {"asked": "22.78 GiB"},
    ),
    Older(
        "compiled_for_other",
        "ImportError:\nA module that was compiled using NumPy 1.x cannot be run in\nNumPy 2.0.2 as it may crash. To "
        "support both 1.x and 2.x\nversions of NumPy, modules must be compiled with NumPy 2.0.",
        "NumPy 2.0",
        f"{_GITHUB}spyder-ide/spyder/issues/23561",
        {"version": "2.0.2"},
    ),
    Older(
        "gpu_assert",
        "RuntimeError: cuda runtime error (59) : device-side assert triggered at "
        "/pytorch/aten/src/THC/generated/../THCReduceAll.cuh:317",
        "PyTorch 0.4",
        f"{_GITHUB}meetps/pytorch-semseg/issues/154",
    ),
    Older(
        "dot",
        "ValueError: shapes (15,728) and (784,1) not aligned: 728 (dim 1) != 784 (dim 0)",
        "NumPy 1.18",
        f"{_GITHUB}MichalDanielDobrzanski/DeepLearningPython/issues/27",
        {"a": (15, 728), "b": (784, 1)},
    ),
    Older(
        "dot_unaligned",
        "ValueError: matrices are not aligned",
        "NumPy 1.8",
        f"{_GITHUB}numpy/numpy/pull/4985",
    ),
    Older(
        "reshape_size",
        "ValueError: total size of new array must be unchanged",
        "NumPy 1.11",
        f"{_GITHUB}numpy/numpy/issues/7293",
    ),
    Older(
        "too_many_indices",
        "IndexError: too many indices for array",
        "NumPy 1.13",
        f"{_GITHUB}numpy/numpy/issues/10447",
        {"axes": None, "parts": None},
    ),
    Older(
        "mask",
        "IndexError: boolean index did not match indexed array along dimension 0; dimension is 357 but corresponding "
        "boolean dimension is 360",
        "NumPy 1.19",
        f"{_GITHUB}polakowo/vectorbt/issues/62",
        {"axis": 0, "size": 357, "mask_size": 360},
    ),
    Older(
        "number",
        "TypeError: only size-1 arrays can be converted to Python scalars",
        "NumPy 1.18",
        f"{_GITHUB}numpy/numpy/issues/16045",
    ),
    Older(
        "number",
        "TypeError: only length-1 arrays can be converted to Python scalars",
        "NumPy 1.24",
        f"{_GITHUB}sbrunner/scan-to-paperless/pull/1526",
    ),
    Older(
        "stored_dtype",
        "TypeError: Cannot cast ufunc add output from dtype('float64') to dtype('uint8') with casting rule 'same_kind'",
        "NumPy 1.10",
        f"{_GITHUB}numpy/numpy/issues/7225",
        {"operation": "add", "result": "float64", "output": "uint8"},
    ),
    Older(
        "ufunc_loop",
        "TypeError: ufunc 'add' did not contain a loop with signature matching types dtype('<U32') dtype('<U32') "
        "dtype('<U32')",
        "NumPy 1.16",
        f"{_GITHUB}YeoLab/MINES/issues/18",
        {"function": "add", "dtypes": ("<U32", "<U32", "<U32")},
    ),
    Older(
        "join_sizes",
        "ValueError: all the input array dimensions except for the concatenation axis must match exactly",
        "NumPy 1.15",
        f"{_GITHUB}longcw/faster_rcnn_pytorch/issues/87",
    ),
    Older(
        "join",
        "ValueError: all the input array dimensions for the concatenation axis must match exactly, but along "
        "dimension 1, the array at index 0 has size 75 and the array at index 1 has size 371",
        "NumPy 1.22",
        f"{_GITHUB}kimkyeonghun/MSA/issues/6",
        {"axis": 1, "first": 75, "second": 371, "place": 1},
    ),
    Older(
        "removed",
        "AttributeError: module 'numpy' has no attribute 'float'",
        "NumPy 1.24",
        f"{_GITHUB}robbert-harms/MDT/issues/48",
        {"name": "float", "instead": "float", "gone": True},
    ),
    Older(
        "no_grad_fn",
        "RuntimeError: element 0 of variables does not require grad and does not have a grad_fn",
        "PyTorch 0.3",
        "https://discuss.pytorch.org/t/runtimeerror-element-0-of-variables-does-not-require-grad-and-does-not-have-a-grad-fn/11074",
    ),
    Older(
        "alias",
        "DeprecationWarning: `np.float` is a deprecated alias for the builtin `float`. To silence this warning, use "
        "`float` by itself. Doing this will not modify any behavior and is safe. If you specifically wanted the numpy "
        "scalar type, use `np.float64` here.",
        "NumPy 1.20",
        f"{_GITHUB}lbl-anp/becquerel/issues/272",
        {"name": "float", "instead": "float", "gone": False},
    ),
    Older(
        "join_axes_number",
        "ValueError: all the input arrays must have same number of dimensions",
        "NumPy 1.10",
        f"{_GITHUB}ParmEd/ParmEd/issues/464",
    ),
)
