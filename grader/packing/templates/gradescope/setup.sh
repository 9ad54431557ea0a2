#!/usr/bin/env bash
# Run once, by root, when Gradescope builds the image: Python, PyTorch for the CPU, and the grader from this archive.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source=$here
if [ -d "$here/source" ]; then source=$here/source; fi

# Ubuntu 24.04 has this Python, and older ones get it from the archive that Ubuntu's users have for newer Pythons.
python=python3.12
if [ ! -x "$source/venv/bin/python" ]; then
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        export DEBIAN_FRONTEND=noninteractive
        apt-get update
        if ! apt-get install -y "$python-venv"; then
            apt-get install -y software-properties-common
            add-apt-repository -y ppa:deadsnakes/ppa
            apt-get update
            apt-get install -y "$python-venv"
        fi
    fi
    "$python" -m venv "$source/venv"
fi

pip=("$source/venv/bin/python" -m pip install --no-cache-dir --disable-pip-version-check -c "$source/constraints.txt")
"${pip[@]}" --index-url https://download.pytorch.org/whl/cpu torch
"${pip[@]}" "$source"/grader-*.whl
"$source/venv/bin/grade" doctor
