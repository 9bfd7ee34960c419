"""jupyter_kernel_test with every optional test of a TypeScript kernel switched on."""

import unittest

import jupyter_kernel_test


class ManabiKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = "manabi"
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('test')"
    completion_samples = [
        {"text": "const conformance = { alpha: 1 }; conformance.al", "matches": ["alpha"]},
        {"text": "conso"},
    ]
    complete_code_samples = ["1", "const a = `x\ny`", "function f() { return 1 }", "await 0", "let s = '}'"]
    incomplete_code_samples = ["function f() {", "const a = [1,", "`open", "if (true) {\n  1"]
    invalid_code_samples = ["const = 3", "function () }", "1 +* 2"]
    code_generate_error = "throw new Error('on purpose')"
    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": "6 * 8", "result": "48"},
        {"code": "await Promise.resolve('a')", "result": "'a'"},
        {"code": "const n: number = 1; [n]", "result": "[ 1 ]"},
    ]
    code_display_data = [
        {"code": "display({ [Symbol.for('Jupyter.display')]: () => ({ 'text/html': '<b>x</b>' }) })", "mime": "text/html"},
        {"code": "display({ 'image/svg+xml': '<svg/>' }, { raw: true })", "mime": "image/svg+xml"},
    ]
    code_page_something = "console.log?"
    code_history_pattern = "6 ? 7"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "console.log"
    code_clear_output = "globalThis[Symbol.for('Jupyter.host')].clearOutput()"


class ManabiWelcomeTests(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "manabi"
    support_iopub_welcome = True


if __name__ == "__main__":
    unittest.main(verbosity=2)
