#!/usr/bin/env bash
# Run once, as root, when Gradescope builds the container.
set -euo pipefail

root=${COURSE_KIT_AUTOGRADER:-/autograder}
environment=${COURSE_KIT_ENVIRONMENT:-/opt/course-kit}

if ! python3 -c "import ensurepip, sys; sys.exit(sys.version_info < (3, 10))"; then
    apt-get update
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        python3 python3-venv libseccomp2
fi

# Outside of root's home: students' processes are other users, and read the interpreter there.
# Those users are numbers that no system gives out; none needs an account.
umask 022
python3 -m venv "$environment"
"$environment/bin/python" -m pip install --no-cache-dir -r "$root/source/requirements.txt"
packages=$("$environment/bin/python" -c "import sysconfig; print(sysconfig.get_paths()['purelib'])")
rm -rf "$packages/course_kit"
cp -R "$root/source/course_kit" "$packages/course_kit"
"$environment/bin/python" -m compileall -q "$packages/course_kit"

# The claims and this folder are the grader's own.
chmod -R go= "$packages/course_kit" "$root/source"
"$environment/bin/python" -I -m course_kit labs
