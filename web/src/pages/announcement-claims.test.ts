import { AnnouncementClaims } from './announcement-claims';
import type { AnnouncementClaimsOptions, PageChannel } from './announcement-claims';

/** A browser whose pages hear each other at once, and a clock that is moved by hand. */
function openBrowser() {
  const channels: PageChannel[] = [];
  const due: (() => void)[] = [];
  const announced: string[] = [];
  const openPage = (page: string, options: Partial<AnnouncementClaimsOptions> = {}) => {
    const open = () => {
      const channel: PageChannel = {
        onmessage: null,
        postMessage: (data: unknown) => {
          for (const other of channels)
            if (other !== channel)
              other.onmessage?.call(channel as BroadcastChannel, new MessageEvent('message', { data }));
        },
        close: () => channels.splice(channels.indexOf(channel), 1),
      };
      channels.push(channel);
      return channel;
    };
    const after = (_ms: number, run: () => void) => due.push(run);
    const claims = new AnnouncementClaims({
      open,
      page,
      isVisible: () => false,
      inView: () => null,
      after,
      ...options,
    });
    return {
      claims,
      hears: (want: 'asks' | 'done') => claims.claim('s', want, () => announced.push(`${page} ${want}`)),
    };
  };
  const decide = () => {
    for (const run of due.splice(0)) run();
    return announced.splice(0);
  };
  return { openPage, decide, channels };
}

test('a page alone announces', () => {
  const { openPage, decide } = openBrowser();
  openPage('a').hears('done');
  expect(decide()).toEqual(['a done']);
});

test('what a visible page has in view is announced by no other', () => {
  const { openPage, decide } = openBrowser();
  openPage('looks', { isVisible: () => true, inView: () => 's' });
  openPage('hidden').hears('asks');
  expect(decide()).toEqual([]);
});

test('of pages that hear of it at the same time one announces, a visible one if there is one', () => {
  const { openPage, decide } = openBrowser();
  const pages = [
    openPage('b'),
    openPage('c'),
    openPage('a'),
    openPage('z', { isVisible: () => true, inView: () => 'another' }),
  ];
  for (const page of pages) page.hears('done');
  expect(decide()).toEqual(['z done']);
  const hidden = pages.slice(0, 3);
  pages[3]?.claims.close();
  for (const page of hidden) page.claims.update(new Map());
  for (const page of hidden) page.hears('asks');
  expect(decide()).toEqual(['a asks']);
});

test('a page that hears of it later does not announce it again, but what is wanted anew is news', () => {
  const { openPage, decide } = openBrowser();
  const [first, late] = [openPage('first'), openPage('a late one')];
  first.hears('done');
  expect(decide()).toEqual(['first done']);
  late.hears('done');
  expect(decide()).toEqual([]);
  first.claims.update(new Map([['s', null]]));
  late.hears('done');
  expect(decide()).toEqual(['a late one done']);
});

test('another want of the same session is announced, and not the one before it that was not decided', () => {
  const { openPage, decide } = openBrowser();
  const page = openPage('a');
  page.hears('asks');
  page.hears('done');
  expect(decide()).toEqual(['a done']);
});

test('a page that is gone keeps none from announcing', () => {
  const { openPage, decide } = openBrowser();
  const gone = openPage('a');
  const other = openPage('b');
  gone.hears('done');
  gone.claims.close();
  other.hears('done');
  expect(decide()).toEqual(['b done']);
});

test('what only another version of the page says is ignored', () => {
  const { openPage, decide, channels } = openBrowser();
  openPage('a').hears('done');
  for (const data of [null, 'claim', { kind: 'claim', session: 's', want: 'done', page: 'b' }, { kind: 'new' }])
    channels[0]?.onmessage?.call(channels[0] as BroadcastChannel, new MessageEvent('message', { data }));
  expect(decide()).toEqual(['a done']);
});

test('where the browser refuses channels each page announces for itself', () => {
  const { openPage } = openBrowser();
  const announced: string[] = [];
  const { claims } = openPage('a', {
    open: () => {
      throw new DOMException('refused', 'SecurityError');
    },
  });
  claims.claim('s', 'done', () => announced.push('done'));
  expect(announced).toEqual(['done']);
});
