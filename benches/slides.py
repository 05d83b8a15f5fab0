#!/usr/bin/env python3
"""Compares Thumbling with LibreOffice on the first slide of presentations; writes a section of benches/RESULTS.md.

usage: slides.py FOLDER... [--bin target/release/thumbling] [--runs 3] [--size 512]
needs: cc, libreofficekit-dev and libreoffice-impress-nogui (Debian); an idle machine

CPU time (user and system, one thread) of a 512 px picture, with files in the page cache, best of all runs:
  thumbling         `cpu_ms` of `make --jobs 1 --json` over all files: reading, drawing, scaling, encoding
  LibreOfficeKit    one warm process (benches/lok_slide.c): loading, painting the first slide, closing; no encoding
Files that either of them cannot load are excluded; the number of files compared is printed.
"""
import argparse, json, os, platform, statistics, subprocess, tempfile

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
parser = argparse.ArgumentParser()
parser.add_argument('folders', nargs='+')
parser.add_argument('--bin', default=f'{root}/target/release/thumbling')
parser.add_argument('--runs', type=int, default=3)
parser.add_argument('--size', default='512')
args = parser.parse_args()
DECKS = ('.pptx', '.pptm', '.ppsx', '.potx', '.potm')


def ours(files, work):
    """CPU ms by file."""
    command = [args.bin, 'make', *files, '--out', f'{work}/out', '--size', args.size, '--jobs', '1', '--json']
    lines = map(json.loads, subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.splitlines())
    return {line['file']: line['cpu_ms'] for line in lines if line['status'] == 'ok'}


def theirs(files, work):
    """CPU ms and wall ms by file."""
    environment = {**os.environ, 'LOK_PROFILE': f'file://{work}/profile', 'SAL_USE_VCLPLUGIN': 'svp'}
    out = subprocess.run([f'{work}/lok_slide', args.size, *files], stdout=subprocess.PIPE, env=environment, text=True).stdout
    times = {}
    for line in out.splitlines():
        cpu, wall, path = line.split(' ', 2)
        if float(cpu) >= 0:
            times[path] = (float(cpu), float(wall))
    return times


def least(runs):
    """The best time of each file that succeeded in every run."""
    return {file: min(run[file] for run in runs) for file in set.intersection(*map(set, runs))}


def row(name, a, b):
    a, b = sorted(a), sorted(b)
    cell = lambda all: ' | '.join(f'{n:.0f}' for n in (statistics.median(all), all[int(len(all) * .9)], all[-1]))
    return f'| {name} | {cell(a)} | {cell(b)} | {sum(b) / sum(a):.0f} |'


def version(command):
    return subprocess.run(command, stdout=subprocess.PIPE, text=True).stdout.split('\n')[0]


lines = []
with tempfile.TemporaryDirectory() as work:
    subprocess.run(['cc', '-O2', f'{root}/benches/lok_slide.c', '-o', f'{work}/lok_slide', '-ldl'], check=True)
    for folder in args.folders:
        files = sorted(f'{folder}/{name}' for name in os.listdir(folder) if name.endswith(DECKS))
        runs = [(ours(files, work), theirs(files, work)) for _ in range(args.runs)]
        a, b = least([r[0] for r in runs]), least([r[1] for r in runs])
        both = sorted(set(a) & set(b))
        faster = sum(b[f][0] >= 10 * a[f] for f in both)
        name = os.path.basename(os.path.dirname(os.path.abspath(folder)) if os.path.basename(folder) == 'office' else folder)
        lines.append(row(f'{name}: {len(both)} of {len(files)} decks', [a[f] for f in both], [b[f][0] for f in both])
                     + f' {statistics.median(b[f][0] / a[f] for f in both):.0f} | {faster} of {len(both)} |')
        print(lines[-1], flush=True)

cpu = next((l.split(':', 1)[1].strip() for l in open('/proc/cpuinfo') if l.startswith('model name')), platform.processor())
text = f'''
## Presentations

CPU ms of the first slide at {args.size} px, compared with LibreOffice in one warm process (LibreOfficeKit). Written by
`python3 benches/slides.py`, which documents the method; one run on one machine, best of {args.runs}. Ratios are LibreOffice's
CPU time over Thumbling's.

- machine: {cpu}, {os.cpu_count()} cores, {platform.system()} {platform.release()}
- {version([args.bin, '--version'])}; {version(['soffice', '--version'])}

| decks | Thumbling p50 | p90 | max | LibreOffice p50 | p90 | max | ratio of sums | median ratio | 10 times as fast |
|---|---|---|---|---|---|---|---|---|---|
''' + '\n'.join(lines) + '\n'
results = f'{root}/benches/RESULTS.md'
before = open(results).read()
at = before.find('\n## Presentations\n')
end = before.find('\n## ', at + 1) if at >= 0 else -1
open(results, 'w').write((before if at < 0 else before[:at]) + text + ('' if end < 0 else before[end:]))
