#!/bin/sh
# Makes what every image, Binder and devcontainer has. Each word is a part; they run in the order in which they are given.
#
#   deploy/set-up.sh system      Debian's packages that building needs (as root)
#   deploy/set-up.sh project     npm's packages, the build, TensorFlow, JupyterLab: `npm run setup`
#   deploy/set-up.sh hub         what a JupyterHub starts, in .venv
#   deploy/set-up.sh kernel      the kernel for the Jupyter that runs already (JUPYTER_DATA_DIR)
#   deploy/set-up.sh slim        takes away what only building and tests need
#   deploy/set-up.sh headless    takes away Jupyter and Python: for jobs and servers
set -eu
cd "$(dirname "$0")/.."

system() {
  apt-get update
  apt-get install --yes --no-install-recommends g++ make python3 python3-venv
  rm -rf /var/lib/apt/lists/*
}

project() {
  npm run setup
}

hub() {
  .venv/bin/pip install --no-cache-dir 'jupyterhub==6.1.1'
}

kernel() {
  node bin/manabi.js install --force
}

slim() {
  npm prune --omit=dev --ignore-scripts --no-audit --no-fund
  # What was made of npm's packages is made again, as they have changed.
  node --input-type=module --eval '
    const { setUpCells } = await import("./dist/src/setup/set-up.js");
    const { projectAt, projectRoot } = await import("./dist/src/setup/project.js");
    await setUpCells(projectAt(projectRoot));
  '
  rm -rf test bench tools dist/test dist/bench dist/tools .manabi/jupyter
}

headless() {
  rm -rf .venv
}

for part in "$@"; do
  case "$part" in
    system | project | hub | kernel | slim | headless) "$part" ;;
    *)
      echo "set-up.sh: there is no part $part; expected system, project, hub, kernel, slim or headless" >&2
      exit 2
      ;;
  esac
done
