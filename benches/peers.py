#!/usr/bin/env python3
"""Compares Thumbling with other libraries on a folder of large pictures; writes benches/RESULTS.md and benches/chart.svg.

usage: peers.py [--bin target/release/thumbling] [--perf ../shared/perf] [--runs 5]
needs: pyvips, pillow (pip); libvips-tools, imagemagick (Debian); an idle machine

CPU time (user and system, one thread) of a 256 px JPEG of quality 80, with files in the page cache:
  thumbling     `make DIR --jobs 1`: the difference between 9 copies of a file and 1, divided by 8, to exclude start-up
  libvips       pyvips `Image.thumbnail` in a warm process, VIPS_CONCURRENCY=1
  Pillow        `draft`, `thumbnail(LANCZOS)` in a warm process
  ImageMagick   `convert -thumbnail` as a whole process, as a drive server would call it
Peak memory is that of a whole process: `thumbling make`, `vipsthumbnail`, `convert`.
"""
import argparse, importlib.metadata, os, platform, shutil, subprocess, sys, tempfile

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
parser = argparse.ArgumentParser()
parser.add_argument('--bin', default=f'{root}/target/release/thumbling')
parser.add_argument('--perf', default=f'{root}/../shared/perf')
parser.add_argument('--runs', type=int, default=5)
args = parser.parse_args()
environment = {**os.environ, 'VIPS_CONCURRENCY': '1', 'OMP_NUM_THREADS': '1', 'MAGICK_THREAD_LIMIT': '1'}
PICTURES = ('.jpg', '.jpeg', '.png', '.webp', '.heic', '.avif', '.jxl')

PEERS = {
    'libvips': '''
import pyvips; pyvips.cache_set_max(0)
def make(path): pyvips.Image.thumbnail(path, 256, height=256).write_to_buffer('.jpg[Q=80]')''',
    'Pillow': '''
from PIL import Image; import io; Image.MAX_IMAGE_PIXELS = None
def make(path):
    image = Image.open(path); image.draft('RGB', (512, 512)); image.thumbnail((256, 256), Image.LANCZOS)
    image.convert('RGB').save(io.BytesIO(), 'JPEG', quality=80)''',
}


def run(command):
    """CPU ms and peak MB of a process; None if it fails or is not installed."""
    try:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    except FileNotFoundError:
        return None
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return None if status else ((usage.ru_utime + usage.ru_stime) * 1e3, usage.ru_maxrss / 1024)


def best(command):
    runs = [run(command) for _ in range(args.runs)]
    return None if None in runs else (min(r[0] for r in runs), min(r[1] for r in runs))


def thumbling(path):
    extension = os.path.splitext(path)[1]
    with tempfile.TemporaryDirectory() as work:
        cpu = {}
        for copies in (1, 9):
            os.mkdir(f'{work}/{copies}')
            for i in range(copies):
                shutil.copyfile(path, f'{work}/{copies}/{i}{extension}')
            command = [args.bin, 'make', f'{work}/{copies}', '--out', f'{work}/out', '--size', '256', '--format', 'jpeg', '--jobs', '1']
            measured = best(command)
            if not measured or not os.listdir(f'{work}/out'):
                return None
            cpu[copies] = measured
        return (cpu[9][0] - cpu[1][0]) / 8, cpu[1][1]


def peer(name, path):
    code = PEERS[name] + f'''
import sys, time; make(sys.argv[1]); best = 9e9
for _ in range({args.runs}):
    start = time.process_time(); make(sys.argv[1]); best = min(best, time.process_time() - start)
print(best * 1e3)'''
    done = subprocess.run([sys.executable, '-c', code, path], capture_output=True, text=True, env=environment)
    return float(done.stdout) if done.returncode == 0 else None


def version(command):
    try:
        out = subprocess.run(command, capture_output=True, text=True).stdout.strip().splitlines()
        return out[0] if out else '?'
    except FileNotFoundError:
        return 'not installed'


def cell(value, unit=''):
    return '–' if value is None else f'{value:.1f}{unit}' if value < 10 else f'{value:.0f}{unit}'


def chart(rows):
    """Horizontal bars, one group per file, scaled to the slowest of the group."""
    colors = {'Thumbling': '#0f766e', 'libvips': '#94a3b8', 'Pillow': '#cbd5e1', 'ImageMagick': '#e2e8f0'}
    bar, gap, left, width = 13, 20, 250, 860
    height = 64 + sum(len(colors) * bar + gap for _ in rows)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="Helvetica,Arial,sans-serif" font-size="12">',
           f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
           '<text x="16" y="24" font-size="15" font-weight="bold" fill="#0f172a">CPU time of a 256 px thumbnail (shorter is better)</text>']
    x = 16
    for name, color in colors.items():
        out.append(f'<rect x="{x}" y="34" width="11" height="11" fill="{color}"/><text x="{x + 16}" y="44" fill="#334155">{name}</text>')
        x += 30 + 8 * len(name)
    y = 62
    for name, times in rows:
        longest = max([t for t in times.values() if t] or [1])
        out.append(f'<text x="{left - 10}" y="{y + 2 * bar + 2}" text-anchor="end" fill="#0f172a">{name}</text>')
        for peer_name, color in colors.items():
            value = times.get(peer_name)
            if value is not None:
                size = max(1.0, value / longest * (width - left - 90))
                out.append(f'<rect x="{left}" y="{y}" width="{size:.1f}" height="{bar - 2}" rx="1.5" fill="{color}"/>'
                           f'<text x="{left + size + 5:.1f}" y="{y + bar - 3}" font-size="10.5" fill="#475569">{cell(value)} ms</text>')
            else:
                out.append(f'<text x="{left + 3}" y="{y + bar - 3}" font-size="10.5" fill="#94a3b8">fails</text>')
            y += bar
        y += gap
    return '\n'.join(out + ['</svg>', ''])


rows, lines = [], []
for file in sorted(os.listdir(args.perf)):
    if not file.endswith(PICTURES):
        continue
    path = os.path.join(args.perf, file)
    ours, magick = thumbling(path), best(['convert', f'{path}[0]', '-auto-orient', '-thumbnail', '256x256', '-quality', '80', 'jpeg:/dev/null'])
    vips_process = best(['vipsthumbnail', path, '--size', '256', '-o', f'{tempfile.gettempdir()}/vips-%s.jpg[Q=80]'])
    times = {'Thumbling': ours and ours[0], **{name: peer(name, path) for name in PEERS}, 'ImageMagick': magick and magick[0]}
    rows.append((file, times))
    ratio = f'{times["Thumbling"] / times["libvips"]:.2f}' if times['Thumbling'] and times['libvips'] else '–'
    lines.append(f'| {file} | **{cell(times["Thumbling"])}** | {cell(times["libvips"])} | {cell(times["Pillow"])} | {cell(times["ImageMagick"])} | {ratio} '
                 f'| {cell(ours and ours[1])} | {cell(vips_process and vips_process[1])} | {cell(magick and magick[1])} |')
    print(lines[-1], flush=True)

cpu = next((l.split(':', 1)[1].strip() for l in open('/proc/cpuinfo') if l.startswith('model name')), platform.processor())
text = f'''# Results

Pictures: CPU ms of one 256 px JPEG, and peak MB of a whole process. Written by `python3 benches/peers.py`, which documents
the method; one run on one machine, best of {args.runs}. The ratio is Thumbling's CPU time over that of libvips.

- machine: {cpu}, {os.cpu_count()} cores, {platform.system()} {platform.release()}
- Thumbling {version([args.bin, '--version'])}; {version(['vips', '--version'])}; Pillow {importlib.metadata.version('pillow')}; {version(['convert', '--version'])}

| file | Thumbling | libvips | Pillow | ImageMagick | ratio | Thumbling MB | vipsthumbnail MB | ImageMagick MB |
|---|---|---|---|---|---|---|---|---|
''' + '\n'.join(lines) + '\n\n![CPU time of a 256 px thumbnail, Thumbling and its peers](chart.svg)\n'
results = f'{root}/benches/RESULTS.md'
kept = ''
if os.path.exists(results):
    before = open(results).read()
    at = before.find('\n## ')
    kept = before[at:] if at >= 0 else ''
open(results, 'w').write(text + kept)
open(f'{root}/benches/chart.svg', 'w').write(chart(rows))
